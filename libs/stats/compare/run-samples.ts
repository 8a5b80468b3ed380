import type { IntervalSnapshot } from '#libs/contract/interval.js';
import { countsOf, countsWithTotal, type OperationCounts } from '../operation-counts.js';

/** More stretches would say no more of a run, and make resampling dear. */
const MOST_SAMPLES = 60;
/** A last stretch that is shorter than this share of the others says too little to stand beside them. */
const SHORTEST_SHARE = 0.5;

/** What a run did in one stretch. */
export interface Sample {
  operations: Map<string, OperationCounts>;
  /** Length of what reported, milliseconds. */
  lengthMs: number;
}

interface Stretch extends Sample {
  index: number;
}

/**
 * Cuts a run into at most 60 stretches of equal length, each a sample with its own counters and merged histograms.
 * `expectedMs`: how long the run took.
 */
export class RunSamples {
  private readonly stretches: Stretch[] = [];
  private startMs = 0;
  private sampleMs = 0;

  constructor(private readonly expectedMs: number) {}

  /** The same interval of every executor, in the order of the intervals. */
  add(group: readonly IntervalSnapshot[]): void {
    if (group.length === 0) return;
    const lengthMs = Math.max(...group.map((one) => one.lengthMs));
    const startMs = Math.min(...group.map((one) => one.startMs));
    if (this.sampleMs === 0) {
      const intervalMs = Math.max(1, Math.round(lengthMs));
      this.startMs = startMs;
      this.sampleMs = intervalMs * Math.max(1, Math.ceil(this.expectedMs / intervalMs / MOST_SAMPLES));
    }
    const index = Math.floor((startMs - this.startMs + Math.min(lengthMs, this.sampleMs) / 2) / this.sampleMs);
    let stretch = this.stretches.at(-1);
    if (stretch === undefined || stretch.index !== index) {
      stretch = { index, operations: new Map(), lengthMs: 0 };
      this.stretches.push(stretch);
    }
    stretch.lengthMs += lengthMs;
    for (const { operations } of group)
      for (const [name, operation] of Object.entries(operations)) countsOf(stretch.operations, name).add(operation);
  }

  /** In order, every one with its total. */
  samples(): Sample[] {
    const whole = this.stretches.filter(({ lengthMs }) => lengthMs >= this.sampleMs * SHORTEST_SHARE);
    return (whole.length === 0 ? this.stretches : whole).map(({ operations, lengthMs }) => ({
      operations: countsWithTotal(operations),
      lengthMs,
    }));
  }
}
