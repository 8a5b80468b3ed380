import type { CsvRow } from '#libs/dataset/csv-row.js';
import type { Clock } from '#libs/load/clock.js';
import type { Source } from '#libs/load/target.js';
import type { FileTally } from './file-tally.js';
import type { RowCodec } from './row-codec.js';

/** Rows that one request writes. */
export interface LoadJob {
  tally: FileTally;
  codec: RowCodec;
  rows: readonly CsvRow[];
}

export interface LoadSourceOptions {
  clock: Pick<Clock, 'nowNs'>;
  /** Jobs that wait at most before more rows are read. */
  enough: number;
  rowsPerSecond?: number | undefined;
  /** Work has come, or there will be none. */
  wake: () => void;
}

/** What stands between the reader of the files and the loop: the loop takes, and the reader waits while there is enough. */
export class LoadSource implements Source {
  operation = 0;
  seed = 0;
  /** The job that `next` has taken. */
  job: LoadJob | undefined;
  private jobs: LoadJob[] = [];
  private at = 0;
  private ended = false;
  private takenRows = 0;
  private originNs = 0;
  private waiter: (() => void) | undefined;

  constructor(private readonly options: LoadSourceOptions) {}

  /** The rate counts from here. */
  start(originNs: number): void {
    this.originNs = originNs;
  }

  get isWaiting(): boolean {
    return !this.ended || this.at < this.jobs.length;
  }

  next(): boolean {
    if (this.at >= this.jobs.length || !this.isDue()) return false;
    this.job = this.jobs[this.at++];
    this.takenRows += this.job?.rows.length ?? 0;
    if (this.waiter && this.jobs.length - this.at <= this.options.enough) this.letGo();
    return true;
  }

  /** Adds jobs, and resolves once there is room for more. */
  add(jobs: readonly LoadJob[]): Promise<void> {
    this.jobs = this.at === 0 ? [...this.jobs, ...jobs] : [...this.jobs.slice(this.at), ...jobs];
    this.at = 0;
    this.options.wake();
    if (this.ended || this.jobs.length - this.at <= this.options.enough) return Promise.resolve();
    return new Promise((resolve) => {
      this.waiter = resolve;
    });
  }

  /** There will be no more; whoever waits for room goes on. With `drop` what waits is dropped. */
  end(drop: boolean): void {
    this.ended = true;
    if (drop) {
      this.jobs = [];
      this.at = 0;
    }
    this.letGo();
    this.options.wake();
  }

  private letGo(): void {
    const { waiter } = this;
    this.waiter = undefined;
    waiter?.();
  }

  private isDue(): boolean {
    const { rowsPerSecond, clock } = this.options;
    return rowsPerSecond === undefined || this.takenRows < ((clock.nowNs() - this.originNs) * rowsPerSecond) / 1e9;
  }
}
