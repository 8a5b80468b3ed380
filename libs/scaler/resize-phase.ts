import type { IntervalSnapshot } from '#libs/contract/interval.js';
import type { OperationSummary } from '#libs/contract/summary.js';
import { OperationFolds, summariesOf } from '#libs/stats/operation-folds.js';
import type { PhaseFigures, ResizePhase } from './scaler-report.schema.js';

/** The part of an interval that figures come from. */
export type Measured = Pick<IntervalSnapshot, 'startMs' | 'lengthMs' | 'operations'>;

export interface PhaseResult {
  phase: ResizePhase;
  /** True when its latencies are response times. */
  hasResponseTime: boolean;
}

const figuresOf = ({ completed, failed, ratePerSecond, responseTime, serviceTime }: OperationSummary): PhaseFigures => {
  const latency = responseTime ?? serviceTime;
  const isEmpty = latency.count === 0;
  return {
    operations: completed,
    errors: failed,
    ratePerSecond,
    p50Ms: isEmpty ? null : latency.p50Ms,
    p99Ms: latency.p99Ms,
    maxMs: isEmpty ? null : latency.maxMs,
  };
};

/** Folds the intervals that begin in a part of the run, by merging their histograms. */
export class PhaseFold {
  private readonly folds = new OperationFolds();
  private firstMs = Infinity;
  private endMs = -Infinity;

  /** Epoch milliseconds; `toMs` is not included. */
  constructor(
    readonly fromMs: number,
    readonly toMs: number,
  ) {}

  add({ startMs, lengthMs, operations }: Measured): void {
    if (startMs < this.fromMs || startMs >= this.toMs) return;
    this.firstMs = Math.min(this.firstMs, startMs);
    this.endMs = Math.max(this.endMs, startMs + lengthMs);
    this.folds.add(operations);
  }

  /** Its figures, from the first interval's start to the last one's end; null when nothing was measured. */
  result(): PhaseResult | null {
    if (this.endMs < this.firstMs) return null;
    const summaries = summariesOf(this.folds.whole(), this.endMs - this.firstMs);
    const operations = Object.fromEntries(Object.entries(summaries).map(([name, each]) => [name, figuresOf(each)]));
    // No more than was measured, so that the times are those of the figures.
    const fromMs = Math.max(this.fromMs, this.firstMs);
    const toMs = Math.min(this.toMs, Math.ceil(this.endMs));
    return {
      phase: { fromMs, toMs, operations },
      hasResponseTime: Object.values(summaries).some(({ responseTime }) => responseTime !== null),
    };
  }
}
