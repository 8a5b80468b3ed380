import type { IntervalSnapshot } from '#libs/contract/interval.js';
import { Histogram } from '#libs/stats/histogram.js';

/** When a rate is known well enough; as `err<`, `n>` and `n<` say it. */
export interface UncertaintyLimits {
  relativeError: number;
  minIntervals: number;
  maxIntervals: number;
}

/**
 * Rows per second of an interval as the original takes them for its uncertainty: what the slowest operation took is no
 * time in which rows could be counted.
 */
export const adjustedRowRate = (rows: number, lengthMs: number, latencyMaxNs: number): number =>
  (rows * 1000) / (lengthMs - latencyMaxNs / 1e6);

/** The standard error of the mean of a growing number of rates. */
export class Uncertainty {
  private count = 0;
  private sum = 0;
  private squares = 0;

  note(rate: number): void {
    this.count++;
    this.sum += rate;
    this.squares += rate * rate;
  }

  /** (sigma / sqrt(n)) / mean; 0 before anything was noted. */
  get relativeError(): number {
    const mean = this.sum / this.count;
    const variance = Math.max(0, this.squares / this.count - mean * mean);
    return this.count === 0 || mean === 0 ? 0 : Math.sqrt(variance / this.count) / mean;
  }

  isWithin({ relativeError, minIntervals, maxIntervals }: UncertaintyLimits): boolean {
    if (this.count >= maxIntervals) return true;
    return this.count >= minIntervals && this.relativeError < relativeError;
  }
}

/** Watches the intervals of a run; calls `enough` once, when its rate is known well enough. */
export class UncertaintyWatch {
  private readonly uncertainty = new Uncertainty();
  private isOver = false;

  constructor(
    private readonly limits: UncertaintyLimits,
    private readonly enough: () => void,
  ) {}

  /** An interval in which nothing ended says nothing of the rate. */
  add({ operations, lengthMs }: Pick<IntervalSnapshot, 'operations' | 'lengthMs'>): void {
    const all = Object.values(operations).filter(({ completed }) => completed > 0);
    if (this.isOver || all.length === 0) return;
    const latency = Histogram.merged(all.flatMap(({ st, rt, failedSt }) => [rt ?? st, failedSt]));
    const rows = all.reduce((sum, operation) => sum + operation.rows, 0);
    this.uncertainty.note(adjustedRowRate(rows, lengthMs, latency.maxNs));
    latency.destroy();
    if (!this.uncertainty.isWithin(this.limits)) return;
    this.isOver = true;
    this.enough();
  }
}
