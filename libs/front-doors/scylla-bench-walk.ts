import type { ScyllaBenchSpec } from '#libs/workloads/stress/scylla-bench.schema.js';
import { SeriesReadWalk, SeriesWriteWalk } from './scylla-bench-series.js';
import { Word64 } from './word64.js';
import { workerRandom } from './worker-random.js';

/**
 * The rows that one worker visits, one after the other: `pk` and `ck` are where it stands, changed in place. Times are
 * nanoseconds since the start of the writing run; only the reader of a timeseries looks at them.
 */
export interface KeyWalk {
  readonly pk: Word64;
  readonly ck: Word64;
  nextPartition(elapsedNs: number): void;
  nextClustering(elapsedNs: number): void;
  /** The partition has no further row: a batch ends here. */
  readonly isPartitionDone: boolean;
  /** The worker's part of a pass is done; only a sequential walk ever is. Done after a restart means: no rows at all. */
  readonly isDone: boolean;
  restart(): void;
}

type Walked = Exclude<ScyllaBenchSpec, { mode: 'scan' }>;
type Keys = Pick<Walked['workload'], 'partitionCount' | 'partitionOffset' | 'clusteringRowCount'>;

/**
 * All rows in order, cut into one range per worker: of `total` rows each worker has floor(total / workers), and the first
 * total mod workers one more.
 */
class SequentialWalk implements KeyWalk {
  readonly pk = new Word64();
  readonly ck = new Word64();
  private readonly first: number;
  private readonly end: number;
  private row: number;

  constructor(
    private readonly keys: Keys,
    worker: number,
    workers: number,
  ) {
    const total = keys.partitionCount * keys.clusteringRowCount;
    const each = Math.floor(total / workers);
    const more = total % workers;
    this.first = keys.partitionOffset * keys.clusteringRowCount + worker * each + Math.min(worker, more);
    this.end = this.first + each + (worker < more ? 1 : 0);
    this.row = this.first;
  }

  nextPartition(): void {
    this.isPartitionDone = false;
    this.pk.setNumber(Math.floor(this.row / this.keys.clusteringRowCount));
  }

  nextClustering(): void {
    this.ck.setNumber(this.row % this.keys.clusteringRowCount);
    this.row++;
    this.isPartitionDone = this.row % this.keys.clusteringRowCount === 0;
  }

  isPartitionDone = false;

  get isDone(): boolean {
    return this.row >= this.end;
  }

  restart(): void {
    this.row = this.first;
    this.isPartitionDone = false;
  }
}

/** Any partition, any row of it. */
class UniformWalk implements KeyWalk {
  readonly pk = new Word64();
  readonly ck = new Word64();
  readonly isPartitionDone = false;
  readonly isDone = false;

  constructor(
    private readonly keys: Keys,
    private readonly random: () => number,
  ) {}

  nextPartition(): void {
    this.pk.setNumber(this.keys.partitionOffset + Math.floor(this.random() * this.keys.partitionCount));
  }

  nextClustering(): void {
    this.ck.setNumber(Math.floor(this.random() * this.keys.clusteringRowCount));
  }

  restart(): void {}
}

/** What decides which rows a run visits, beside its workload. */
export interface Walkers {
  /** Workers of the whole run. */
  workers: number;
  seed: number;
  /** Of all workers; a timeseries is written by it. */
  maxRatePerSecond: number | undefined;
  /** Since 1970: where a timeseries starts when the form does not say. */
  runStartNs: bigint;
}

/**
 * The walk of worker `worker` (from 0). A pure function of its arguments: the same run visits the same rows, uniform draws
 * included, which the original seeds by its clock.
 */
export function walkOf(spec: ScyllaBenchSpec, worker: number, run: Walkers): KeyWalk {
  const { workers, seed, maxRatePerSecond, runStartNs } = run;
  if (spec.mode === 'scan') return new TokenWalk(spec.rangeCount, worker, workers);
  const { workload } = spec;
  if (workload.type === 'sequential') return new SequentialWalk(workload, worker, workers);
  if (workload.type === 'uniform') return new UniformWalk(workload, workerRandom(seed, worker));
  const startNs = workload.startNs === undefined ? runStartNs : BigInt(workload.startNs);
  return 'distribution' in workload
    ? new SeriesReadWalk(workload, worker, workers, startNs, workerRandom(seed, worker))
    : new SeriesWriteWalk(workload, worker, workers, startNs, maxRatePerSecond ?? 0);
}

const LOWEST_TOKEN = -(2n ** 63n);
const HIGHEST_TOKEN = 2n ** 63n - 1n;

/**
 * The token ring in `rangeCount` parts of which each worker reads its own, the last worker also what does not divide: `pk` is
 * the first token of a range and `ck` its last, both included.
 */
class TokenWalk implements KeyWalk {
  readonly pk = new Word64();
  readonly ck = new Word64();
  readonly isPartitionDone = true;
  private readonly first: number;
  private readonly end: number;
  private range: number;
  private readonly lowest = new Word64().setBigInt(LOWEST_TOKEN);
  private readonly highest = new Word64().setBigInt(HIGHEST_TOKEN);
  private readonly width: Word64;
  private readonly reach: Word64;

  constructor(
    private readonly rangeCount: number,
    worker: number,
    workers: number,
  ) {
    const each = Math.floor(rangeCount / workers);
    this.first = each * worker;
    this.end = worker + 1 === workers ? rangeCount : each * (worker + 1);
    this.range = this.first;
    const width = (2n ** 64n - 1n) / BigInt(rangeCount);
    this.width = new Word64().setBigInt(width);
    this.reach = new Word64().setBigInt(width - 1n);
  }

  nextPartition(): void {
    this.pk.setNumber(this.range).multiply(this.width).add(this.lowest);
    if (this.range + 1 === this.rangeCount) this.ck.copy(this.highest);
    else this.ck.copy(this.pk).add(this.reach);
    this.range++;
  }

  nextClustering(): void {}

  get isDone(): boolean {
    return this.range >= this.end;
  }

  restart(): void {
    this.range = this.first;
  }
}
