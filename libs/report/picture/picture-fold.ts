import type { ShardView } from '#libs/contract/run.js';
import { percentileMsOf } from '#libs/stats/figures.js';
import { LatencyCounts } from '#libs/stats/latency-counts.js';
import { countsOf, countsWithTotal, type OperationCounts } from '#libs/stats/operation-counts.js';
import type { StoredInterval } from '#libs/store/port.js';
import { percentileCurve } from './percentile-curve.js';
import { PictureSlot } from './picture-slot.js';
import {
  type LatencyShape,
  type OperationShapes,
  PERCENTILES,
  type PicturePoint,
  type RunPicture,
} from './run-picture.js';
import { ShardGaps } from './shard-gaps.js';

/** A screen shows no more, and an hour stays far below a megabyte. */
const MOST_SLOTS = 360;

export type Measured = Pick<RunPicture, 'startMs' | 'seconds' | 'slotMs' | 'points' | 'operations' | 'shapes' | 'gaps'>;

export interface PictureAsk {
  /** When the load began; the first interval's start when absent. */
  startMs: number | null;
  /** How long the run took, or has taken so far. */
  expectedMs: number;
  /** Fewer where several runs share a page. */
  mostSlots?: number;
}

/**
 * Collects what a report shows from a run's intervals, in order. Of a long run neighbouring intervals are merged, counters
 * and histograms, so that nothing but the resolution is lost.
 */
export class PictureFold {
  private readonly whole = new Map<string, OperationCounts>();
  private readonly points: PicturePoint[] = [];
  /** The stretch that is being filled, and the one before it: a short rest at the end is merged into that. */
  private current: PictureSlot | undefined;
  private before: PictureSlot | undefined;
  private gaps: ShardGaps | undefined;
  private startMs = 0;
  private slotMs = 0;
  private endMs = 0;
  private firstMs = Number.POSITIVE_INFINITY;

  constructor(private readonly ask: PictureAsk) {}

  /** One interval of all executors. */
  add(group: readonly StoredInterval[]): void {
    const [first] = group;
    if (first === undefined) return;
    const lengthMs = Math.max(...group.map((one) => one.lengthMs));
    const startMs = Math.min(...group.map((one) => one.startMs));
    if (this.slotMs === 0) this.begin(startMs, lengthMs);
    this.firstMs = Math.min(this.firstMs, startMs);
    this.endMs = Math.max(this.endMs, ...group.map((one) => one.startMs + one.lengthMs));
    this.gaps?.add(group);
    const index = Math.max(0, Math.floor((startMs - this.startMs + Math.min(lengthMs, this.slotMs) / 2) / this.slotMs));
    this.slotAt(index).add(group);
  }

  /** `endMs`: when the run ended, or now; null: with its last interval. */
  take(shards: readonly Pick<ShardView, 'index' | 'state' | 'executorId'>[], endMs: number | null): Measured {
    this.finish();
    const all = countsWithTotal(this.whole);
    const measuredMs = this.points.length === 0 ? 0 : this.endMs - this.firstMs;
    return {
      startMs: this.startMs,
      seconds: Math.max(0, this.endMs - this.startMs) / 1000,
      slotMs: this.slotMs,
      points: this.points,
      operations: Object.fromEntries([...all].map(([name, one]) => [name, one.summary(measuredMs)])),
      shapes: Object.fromEntries([...all].map(([name, one]) => [name, shapesOf(one)])),
      gaps: this.gaps?.gaps(shards, endMs ?? this.endMs) ?? [],
    };
  }

  private begin(firstMs: number, lengthMs: number): void {
    const { startMs, expectedMs, mostSlots = MOST_SLOTS } = this.ask;
    // A first interval before the common start is a clock that was set; its own start is as good then.
    this.startMs = startMs !== null && startMs <= firstMs ? startMs : firstMs;
    const intervalMs = Math.max(1, Math.round(lengthMs));
    this.slotMs = intervalMs * Math.max(1, Math.ceil(expectedMs / intervalMs / mostSlots));
    this.gaps = new ShardGaps(this.startMs);
  }

  private slotAt(index: number): PictureSlot {
    if (this.current?.slot === index) return this.current;
    this.flush(this.before);
    this.before = this.current;
    this.current = new PictureSlot(index, ((index + 0.5) * this.slotMs) / 1000);
    return this.current;
  }

  private finish(): void {
    const [before, current] = [this.before, this.current];
    this.before = this.current = undefined;
    const isRest = before && current && before.slot + 1 === current.slot && current.coveredMs < this.slotMs / 2;
    if (isRest) before.merge(current);
    this.flush(before);
    if (!isRest) this.flush(current);
  }

  private flush(slot: PictureSlot | undefined): void {
    if (slot === undefined) return;
    this.points.push(slot.point());
    for (const [name, operation] of slot.operations) countsOf(this.whole, name).merge(operation);
  }
}

const shapeOf = (latency: LatencyCounts): LatencyShape => ({
  curve: percentileCurve(latency),
  percentilesMs: PERCENTILES.map((percentile) => percentileMsOf(latency, percentile)),
});

function shapesOf(operation: OperationCounts): OperationShapes {
  const response = operation.latency('rt');
  return {
    serviceTime: shapeOf(operation.latency('st') ?? new LatencyCounts()),
    responseTime: response === undefined ? null : shapeOf(response),
  };
}
