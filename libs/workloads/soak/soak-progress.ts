import type { IntervalSnapshot } from '#libs/contract/interval.js';

const MS_PER_S = 1_000;
const count = (value: number): string => Math.round(value).toLocaleString('en-US');

/** What the writers and readers of one executor have done, in lines like the original's. */
export class SoakProgress {
  private all = { rows: 0, reads: 0 };
  private since = { rows: 0, reads: 0, ms: 0 };

  constructor(
    private readonly everyMs: number,
    private readonly say: (text: string) => void,
  ) {}

  add({ operations, lengthMs, partial, self: { pacing } }: IntervalSnapshot): void {
    const { WRITE: write, READ: read } = operations;
    const rows = write?.rows ?? 0;
    const reads = (read?.completed ?? 0) - (read?.failed ?? 0);
    this.all = { rows: this.all.rows + rows, reads: this.all.reads + reads };
    const { since } = this;
    this.since = { rows: since.rows + rows, reads: since.reads + reads, ms: since.ms + lengthMs };
    if (this.since.ms < this.everyMs && !partial) return;
    const perSecond = (counted: number) => count((counted * MS_PER_S) / Math.max(1, this.since.ms));
    const held = pacing === undefined ? '' : ` | at most ${count(pacing.limit)} batches in flight`;
    this.say(`[writers] ${count(this.all.rows)} rows | ${perSecond(this.since.rows)} rows/s${held}`);
    if (read !== undefined)
      this.say(
        pacing?.isReading === false
          ? '[readers] wait for the first rows'
          : `[readers] ${count(this.all.reads)} reads | ${perSecond(this.since.reads)} rps`,
      );
    this.since = { rows: 0, reads: 0, ms: 0 };
  }
}
