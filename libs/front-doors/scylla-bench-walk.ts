import type { ScyllaBenchSpec } from './scylla-bench.schema.js';
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

/**
 * The walk of worker `worker` (from 0; there are `spec.concurrency`). A pure function of its arguments: the same run visits
 * the same rows, uniform draws included, which the original seeds by its clock. `runStartNs` (since 1970) is where a
 * timeseries starts when the form does not say.
 */
export function walkOf(spec: Walked, worker: number, runStartNs: bigint): KeyWalk {
  const { workload, concurrency, seed } = spec;
  if (workload.type === 'sequential') return new SequentialWalk(workload, worker, concurrency);
  if (workload.type === 'uniform') return new UniformWalk(workload, workerRandom(seed, worker));
  const startNs = workload.startNs === undefined ? runStartNs : BigInt(workload.startNs);
  return 'distribution' in workload
    ? new SeriesReadWalk(workload, worker, concurrency, startNs, workerRandom(seed, worker))
    : new SeriesWriteWalk(workload, worker, concurrency, startNs, spec.maxRatePerSecond ?? 0);
}

/** A range of tokens, both ends included. */
export interface TokenRange {
  first: bigint;
  last: bigint;
}

const LOWEST_TOKEN = -(2n ** 63n);
const HIGHEST_TOKEN = 2n ** 63n - 1n;

/** The part of the token ring that a worker of a scan reads: the last worker takes what does not divide. */
export function* tokenRangesOf(rangeCount: number, worker: number, workers: number): Generator<TokenRange> {
  const each = Math.floor(rangeCount / workers);
  const end = worker + 1 === workers ? rangeCount : each * (worker + 1);
  const width = (2n ** 64n - 1n) / BigInt(rangeCount);
  for (let range = each * worker; range < end; range++) {
    const first = LOWEST_TOKEN + BigInt(range) * width;
    yield { first, last: range + 1 === rangeCount ? HIGHEST_TOKEN : first + width - 1n };
  }
}
