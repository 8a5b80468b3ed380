import type { ShardView } from '#libs/contract/run.js';
import type { StoredInterval } from '#libs/store/port.js';
import type { Gap } from './run-picture.js';

/** A hole shorter than this share of an interval is rounding. */
const SHORTEST_SHARE = 0.5;

interface Reported {
  fromMs: number;
  untilMs: number;
}

/** Finds the times in which a part of a run has reported nothing: between its intervals, and after them when it was lost. */
export class ShardGaps {
  private readonly shards = new Map<number, Reported>();
  private readonly holes: { index: number; fromMs: number; toMs: number }[] = [];

  constructor(private readonly startMs: number) {}

  /** The same interval of every executor, in the order of the intervals. */
  add(group: readonly StoredInterval[]): void {
    for (const { shardIndex, startMs, lengthMs } of group) {
      const untilMs = startMs + lengthMs;
      const known = this.shards.get(shardIndex);
      if (known === undefined) {
        this.shards.set(shardIndex, { fromMs: startMs, untilMs });
        continue;
      }
      if (startMs - known.untilMs > lengthMs * SHORTEST_SHARE)
        this.holes.push({ index: shardIndex, fromMs: known.untilMs, toMs: startMs });
      known.untilMs = Math.max(known.untilMs, untilMs);
    }
  }

  /** `endMs`: of the run, or now. A part that ended by itself before is no gap. */
  gaps(shards: readonly Pick<ShardView, 'index' | 'state' | 'executorId'>[], endMs: number): Gap[] {
    const lost = shards
      .filter(({ state }) => state === 'lost')
      .map(({ index }) => ({ index, fromMs: this.shards.get(index)?.untilMs ?? this.startMs, toMs: endMs }));
    const executorOf = new Map(shards.map(({ index, executorId }) => [index, executorId]));
    return [...this.holes, ...lost]
      .filter(({ fromMs, toMs }) => toMs > fromMs)
      .map(({ index, fromMs, toMs }) => ({
        fromS: (fromMs - this.startMs) / 1000,
        toS: (toMs - this.startMs) / 1000,
        who: [`part ${index}`, executorOf.get(index) ?? ''].filter((text) => text !== '').join(', '),
      }))
      .toSorted((one, other) => one.fromS - other.fromS);
  }
}
