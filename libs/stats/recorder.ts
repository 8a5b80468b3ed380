import type { OperationInterval } from '#libs/contract/interval.js';
import { OUTCOMES } from '#libs/contract/outcome.js';
import { Histogram } from './histogram.js';

/**
 * What one lane records of one operation in one interval. Successful operations go into st (and, with a schedule, rt and
 * wt); failed ones into a histogram of their own. Recording allocates nothing; a snapshot empties the recorder.
 */
export class OperationRecorder {
  private readonly st = Histogram.empty();
  private readonly failedSt = Histogram.empty();
  private readonly rt: Histogram | undefined;
  private readonly wt: Histogram | undefined;
  private readonly outcomes = new Float64Array(OUTCOMES.length);
  private scheduledCount = 0;
  private droppedCount = 0;
  private retryCount = 0;
  private rowCount = 0;
  private partitionCount = 0;

  constructor(withSchedule: boolean) {
    this.rt = withSchedule ? Histogram.empty() : undefined;
    this.wt = withSchedule ? Histogram.empty() : undefined;
  }

  scheduled(): void {
    this.scheduledCount++;
  }

  dropped(): void {
    this.droppedCount++;
  }

  /** Times in nanoseconds on one clock; `outcome` is an index into OUTCOMES. */
  record(
    outcome: number,
    dueNs: number,
    startNs: number,
    endNs: number,
    rows: number,
    retries: number,
    partitions: number,
  ): void {
    this.outcomes[outcome] = (this.outcomes[outcome] ?? 0) + 1;
    this.retryCount += retries;
    if (outcome !== 0) {
      this.failedSt.record(endNs - startNs);
      return;
    }
    this.rowCount += rows;
    this.partitionCount += partitions;
    this.st.record(endNs - startNs);
    this.rt?.record(endNs - dueNs);
    this.wt?.record(startNs - dueNs);
  }

  /** Counters and encoded histograms since the last snapshot. Undefined when nothing happened. */
  snapshot(): OperationInterval | undefined {
    const completed = this.outcomes.reduce((sum, count) => sum + count, 0);
    if (completed === 0 && this.scheduledCount === 0 && this.droppedCount === 0) return undefined;
    const ok = this.outcomes[0] ?? 0;
    const errors: Record<string, number> = {};
    for (const [index, name] of OUTCOMES.entries()) {
      const count = this.outcomes[index] ?? 0;
      if (index > 0 && count > 0) errors[name] = count;
    }
    const interval: OperationInterval = {
      scheduled: this.scheduledCount,
      completed,
      failed: completed - ok,
      dropped: this.droppedCount,
      retries: this.retryCount,
      partitions: this.partitionCount,
      rows: this.rowCount,
      errors,
      st: this.st.encode(),
      rt: this.rt?.encode(),
      wt: this.wt?.encode(),
      failedSt: completed > ok ? this.failedSt.encode() : undefined,
    };
    this.reset();
    return interval;
  }

  reset(): void {
    this.st.reset();
    this.failedSt.reset();
    this.rt?.reset();
    this.wt?.reset();
    this.outcomes.fill(0);
    this.scheduledCount = 0;
    this.droppedCount = 0;
    this.retryCount = 0;
    this.rowCount = 0;
    this.partitionCount = 0;
  }

  destroy(): void {
    this.st.destroy();
    this.failedSt.destroy();
    this.rt?.destroy();
    this.wt?.destroy();
  }
}
