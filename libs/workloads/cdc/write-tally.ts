import { CHANGE_NAMES } from '#libs/cdc/row-shape.js';
import type { IntervalSnapshot } from '#libs/contract/interval.js';
import type { CdcReport, CdcSpec } from './cdc.schema.js';

/** Counts the writes of one executor from its intervals, for the report. */
export class WriteTally {
  private readonly written = { insert: 0, update: 0, delete: 0 };
  private failed = 0;
  /** Successful ones after the ramp, and the time of it. */
  private steady = 0;
  private steadyMs = 0;
  private allMs = 0;

  constructor(
    private readonly spec: Pick<CdcSpec, 'rampMs' | 'durationMs'>,
    private readonly startAtMs: number,
  ) {}

  add({ startMs, lengthMs, operations }: IntervalSnapshot): void {
    let ok = 0;
    for (const name of CHANGE_NAMES) {
      const counted = operations[name];
      if (counted === undefined) continue;
      this.written[name] += counted.completed - counted.failed;
      this.failed += counted.failed;
      ok += counted.completed - counted.failed;
    }
    const { rampMs, durationMs } = this.spec;
    const fromMs = startMs - this.startAtMs;
    // Answers that came after the end are of writes that were due before it.
    const ms = Math.max(0, Math.min(lengthMs, durationMs - fromMs));
    this.allMs += ms;
    if (rampMs > 0 && fromMs < rampMs - 1) return;
    this.steady += ok;
    this.steadyMs += ms;
  }

  report(): Pick<CdcReport, 'written' | 'failedWrites' | 'errorShare' | 'eventsPerSecond'> {
    const { written, failed } = this;
    const ok = written.insert + written.update + written.delete;
    const perSecond =
      this.steadyMs > 0 ? (this.steady * 1000) / this.steadyMs : this.allMs > 0 ? (ok * 1000) / this.allMs : 0;
    return {
      written,
      failedWrites: failed,
      errorShare: ok + failed === 0 ? 0 : failed / (ok + failed),
      eventsPerSecond: perSecond,
    };
  }
}
