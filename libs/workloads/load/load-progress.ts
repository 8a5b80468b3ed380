import type { IntervalSnapshot } from '#libs/contract/interval.js';

const MS_PER_S = 1000;

/** Says how fast one executor loads, at most every `everyMs` of the intervals that it is fed with. */
export class LoadProgress {
  private rows = 0;
  private failed = 0;
  private bytes = 0;
  private ms = 0;
  private pastRows = 0;
  private pastBytes = 0;

  /** `plannedBytes`: of the files that are not loaded yet, NaN when it is not known. */
  constructor(
    private readonly everyMs: number,
    private readonly plannedBytes: number,
  ) {}

  /** The line to print, when one is due; rates are since the line before. */
  add({ operations, self, lengthMs }: IntervalSnapshot): string | undefined {
    for (const { rows, failed } of Object.values(operations)) {
      this.rows += rows;
      this.failed += failed;
    }
    this.bytes += self.bytesSent;
    this.ms += lengthMs;
    if (this.ms < this.everyMs) return undefined;
    const perSecond = ((this.rows - this.pastRows) * MS_PER_S) / this.ms;
    const megabytes = ((this.bytes - this.pastBytes) * MS_PER_S) / this.ms / 1e6;
    this.ms = 0;
    this.pastRows = this.rows;
    this.pastBytes = this.bytes;
    const leftS = Math.max(0, this.plannedBytes - this.bytes) / (megabytes * 1e6);
    const eta = Number.isFinite(leftS) ? leftS.toFixed(0) : '?';
    return `rows_per_s=${perSecond.toFixed(0)} | mb_per_s=${megabytes.toFixed(1)} | ok=${this.rows} | failed_requests=${this.failed} | eta_s=${eta}`;
  }
}
