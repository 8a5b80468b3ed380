import type { IntervalSnapshot } from '#libs/contract/interval.js';
import { mergeLanes } from '#libs/stats/merge.js';

/**
 * Collects what the lanes of one executor report and hands on one merged snapshot per interval, in order, once every lane
 * has reported it or has ended. A lane that ends early holds nothing back.
 */
export class IntervalJoin {
  private readonly pending = new Map<number, IntervalSnapshot[]>();
  /** The highest interval that each lane has reported; Infinity once it has ended. */
  private readonly reported: number[];

  constructor(
    lanes: number,
    private readonly emit: (snapshot: IntervalSnapshot) => void,
  ) {
    this.reported = Array.from({ length: lanes }, () => -1);
  }

  add(lane: number, snapshot: IntervalSnapshot): void {
    const reports = this.pending.get(snapshot.interval);
    if (reports) reports.push(snapshot);
    else this.pending.set(snapshot.interval, [snapshot]);
    this.reported[lane] = Math.max(this.reported[lane] ?? -1, snapshot.interval);
    this.release();
  }

  leave(lane: number): void {
    this.reported[lane] = Infinity;
    this.release();
  }

  /** Hands on whatever is left, when the run is over. */
  flush(): void {
    this.reported.fill(Infinity);
    this.release();
  }

  private release(): void {
    const complete = Math.min(...this.reported);
    const due = [...this.pending.keys()].filter((interval) => interval <= complete).sort((a, b) => a - b);
    for (const interval of due) {
      const reports = this.pending.get(interval) ?? [];
      this.pending.delete(interval);
      this.emit(mergeLanes(reports));
    }
  }
}
