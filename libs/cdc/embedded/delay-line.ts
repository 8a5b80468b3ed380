import type { CdcPipeline } from '#libs/workloads/cdc/cdc.schema.js';
import { lagOf } from './lag.js';

type Embedded = Extract<CdcPipeline, { type: 'embedded' }>;

/** An overtaken or repeated change comes this much later, and at least so many milliseconds. */
const LATER_FACTOR = 2;
const LATER_LEAST_MS = 20;

export interface LineFigures {
  lost: number;
  duplicated: number;
  reordered: number;
}

/**
 * Where changes wait for their time: in the order in which they came, unless one is to be overtaken. What is lost,
 * repeated and overtaken is drawn from a seed; time is an argument.
 */
export class DelayLine<T> {
  readonly figures: LineFigures = { lost: 0, duplicated: 0, reordered: 0 };
  private line: { change: T; atMs: number }[] = [];
  private head = 0;
  /** Those that come out of order, by their time. */
  private aside: { change: T; atMs: number }[] = [];
  private lastMs = 0;
  private readonly lag: () => number;

  /** `startMs`: where the stalls are counted from. */
  constructor(
    private readonly spec: Embedded,
    private readonly random: () => number,
    private readonly startMs: number,
  ) {
    this.lag = lagOf(spec.lag, random);
  }

  get waiting(): number {
    return this.line.length - this.head + this.aside.length;
  }

  add(change: T, nowMs: number): void {
    const { lossShare, duplicateShare, reorderShare } = this.spec;
    const lagMs = this.lag();
    if (lossShare > 0 && this.random() < lossShare) {
      this.figures.lost++;
      return;
    }
    const laterMs = Math.max(LATER_LEAST_MS, LATER_FACTOR * lagMs);
    if (reorderShare > 0 && this.random() < reorderShare) {
      this.figures.reordered++;
      this.putAside(change, nowMs + laterMs);
    } else {
      this.lastMs = Math.max(this.lastMs, nowMs + lagMs);
      this.line.push({ change, atMs: this.lastMs });
    }
    if (duplicateShare > 0 && this.random() < duplicateShare) {
      this.figures.duplicated++;
      this.putAside(change, Math.max(this.lastMs, nowMs + lagMs) + LATER_LEAST_MS);
    }
  }

  /** What is due, at most so many; nothing while the line stalls. */
  take(nowMs: number, most: number): T[] {
    if (this.isStalled(nowMs)) return [];
    const due: T[] = [];
    while (due.length < most) {
      const next = this.line[this.head];
      const [other] = this.aside;
      const isOther = other !== undefined && (next === undefined || other.atMs < next.atMs);
      const first = isOther ? other : next;
      if (first === undefined || first.atMs > nowMs) break;
      if (isOther) this.aside.shift();
      else this.head++;
      due.push(first.change);
    }
    if (this.head > 4_096) {
      this.line = this.line.slice(this.head);
      this.head = 0;
    }
    return due;
  }

  private putAside(change: T, atMs: number): void {
    let at = this.aside.length;
    while (at > 0 && (this.aside[at - 1]?.atMs ?? 0) > atMs) at--;
    this.aside.splice(at, 0, { change, atMs });
  }

  private isStalled(nowMs: number): boolean {
    const { stall } = this.spec;
    if (stall === undefined) return false;
    const intoMs = (nowMs - this.startMs) % (stall.everyMs + stall.forMs);
    return intoMs >= stall.everyMs;
  }
}
