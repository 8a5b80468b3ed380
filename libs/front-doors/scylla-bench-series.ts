import { Word64 } from './word64.js';

interface SeriesKeys {
  partitionCount: number;
  partitionOffset: number;
  clusteringRowCount: number;
}

/**
 * Nanoseconds between two rows of one partition of the writing run, as the original rounds them. A reader finds these rows
 * only when its own period, floor(1e9 / write rate), is the same.
 */
export const seriesPeriodNs = (partitionCount: number, workers: number, ratePerSecond: number): bigint =>
  (1_000_000_000n * BigInt(Math.floor(partitionCount / workers))) / BigInt(Math.floor(ratePerSecond / workers));

/**
 * Writes a timeseries: round the worker's partitions (every `workers`-th, from its own number on), one row each; the next
 * round's rows are one period newer. A partition that has all its rows is followed by one of the next generation.
 * pk is position · 2^32 + generation; ck is minus the row's time, so that the newest comes first.
 */
export class SeriesWriteWalk {
  readonly pk = new Word64();
  readonly ck = new Word64();
  readonly isDone = false;
  isPartitionDone = false;
  private readonly offset: number;
  private position: number;
  private row = 0;
  private generation = 0;
  private readonly minusTime = new Word64();
  private readonly minusPeriod = new Word64();

  /** `startNs`: since 1970. `ratePerSecond`: of all workers; at least one per worker. */
  constructor(
    private readonly keys: SeriesKeys,
    worker: number,
    private readonly workers: number,
    startNs: bigint,
    ratePerSecond: number,
  ) {
    this.offset = worker + keys.partitionOffset;
    this.position = this.offset - workers;
    this.minusTime.setBigInt(-startNs);
    this.minusPeriod.setBigInt(-seriesPeriodNs(keys.partitionCount, workers, ratePerSecond));
  }

  nextPartition(): void {
    this.position += this.workers;
    if (this.position >= this.offset + this.keys.partitionCount) {
      this.position = this.offset;
      this.minusTime.add(this.minusPeriod);
      this.row++;
      if (this.row >= this.keys.clusteringRowCount) {
        this.row = 0;
        this.generation++;
      }
    }
    this.pk.setWords(this.position, this.generation);
    this.isPartitionDone = false;
  }

  nextClustering(): void {
    this.ck.copy(this.minusTime);
    this.isPartitionDone = true;
  }

  restart(): void {}
}

/** Up to four standard deviations, as the original cuts them. */
const WIDEST_DEVIATIONS = 4;

/**
 * Reads a timeseries while it is written: round the worker's partitions; of each any generation, and any row of that, which
 * by the writing rate exist by now. `hnormal` takes the newer ones more often.
 */
export class SeriesReadWalk {
  readonly pk = new Word64();
  readonly ck = new Word64();
  readonly isPartitionDone = false;
  readonly isDone = false;
  private readonly offset: number;
  private position: number;
  private generation = 0;
  private readonly periodNs: number;
  private readonly minusPeriod = new Word64();
  private readonly minusStart = new Word64();

  constructor(
    private readonly keys: SeriesKeys & { writeRatePerSecond: number; distribution: 'uniform' | 'hnormal' },
    worker: number,
    private readonly workers: number,
    startNs: bigint,
    private readonly random: () => number,
  ) {
    this.offset = (worker % keys.partitionCount) + keys.partitionOffset;
    this.position = this.offset - workers;
    this.periodNs = Math.floor(1e9 / keys.writeRatePerSecond);
    this.minusPeriod.setNumber(-this.periodNs);
    this.minusStart.setBigInt(-startNs);
  }

  nextPartition(elapsedNs: number): void {
    this.position += this.workers;
    if (this.position >= this.offset + this.keys.partitionCount) this.position = this.offset;
    const generations = Math.floor(elapsedNs / (this.periodNs * this.keys.clusteringRowCount)) + 1;
    this.generation = this.draw(Math.max(1, generations));
    this.pk.setWords(this.position, this.generation);
  }

  nextClustering(elapsedNs: number): void {
    const before = this.generation * this.keys.clusteringRowCount;
    const written = Math.floor(elapsedNs / this.periodNs) - before + 1;
    const row = before + this.draw(Math.max(1, Math.min(this.keys.clusteringRowCount, written)));
    this.ck.setNumber(row).multiply(this.minusPeriod).add(this.minusStart);
  }

  restart(): void {}

  /**
   * A number below `count`. Half-normal is 1 - |z| / 4 of `count`, z standard normal (Box and Muller); the original could draw
   * `count` itself, one too far.
   */
  private draw(count: number): number {
    if (this.keys.distribution === 'uniform') return Math.floor(this.random() * count);
    const radius = Math.sqrt(-2 * Math.log(1 - this.random()));
    const deviations = Math.min(WIDEST_DEVIATIONS, Math.abs(radius * Math.cos(2 * Math.PI * this.random())));
    return Math.min(count - 1, Math.floor(count * (1 - deviations / WIDEST_DEVIATIONS)));
  }
}
