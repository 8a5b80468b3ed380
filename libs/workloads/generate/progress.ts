import type { IntervalSnapshot } from '#libs/contract/interval.js';

export interface Planned {
  /** Rows that are still to be made when the work begins. */
  rows: number;
}

const MS_PER_S = 1000;

/** Says how far the work of one executor is, at most every `everyMs` of the intervals that it is fed with. */
export class Progress {
  private rows = 0;
  private bytes = 0;
  private ms = 0;
  private sinceMs = 0;

  constructor(
    private readonly planned: Planned,
    private readonly everyMs: number,
  ) {}

  /** The line to print, when one is due. */
  add({ operations, self, lengthMs }: IntervalSnapshot): string | undefined {
    for (const { completed } of Object.values(operations)) this.rows += completed;
    this.bytes += self.bytesSent;
    this.ms += lengthMs;
    this.sinceMs += lengthMs;
    if (this.sinceMs < this.everyMs || this.rows >= this.planned.rows) return undefined;
    this.sinceMs = 0;
    return this.line();
  }

  private line(): string {
    const rowsPerSecond = (this.rows * MS_PER_S) / this.ms;
    const megabytesPerSecond = (this.bytes * MS_PER_S) / this.ms / 1e6;
    const percent = Math.floor((100 * this.rows) / this.planned.rows);
    const etaS = rowsPerSecond > 0 ? ((this.planned.rows - this.rows) / rowsPerSecond).toFixed(0) : '?';
    return `rows_per_s=${rowsPerSecond.toFixed(0)} | mb_per_s=${megabytesPerSecond.toFixed(1)} | ok=${this.rows} | of=${this.planned.rows} | percent=${percent} | eta_s=${etaS}`;
  }
}
