import { shardRow } from '#libs/report/csv.js';
import { TargetShardFold } from '#libs/stats/target-shards.js';
import type { StoredInterval } from '#libs/store/port.js';

/** Rows of the target's shards, which are told of every few intervals: each is of the time since they were told of last. */
export class ShardSpans {
  private startMs: number | undefined;

  /** Of one interval of the run, all executors; none where nothing is told. */
  rowsOf(group: readonly StoredInterval[]): string[] {
    const starts = group.map(({ startMs }) => startMs);
    const endMs = Math.max(...group.map(({ startMs, lengthMs }) => startMs + lengthMs));
    const startMs = this.startMs ?? Math.min(...starts);
    this.startMs = startMs;
    const told = group.flatMap(({ self }) => self.targetShards ?? []);
    if (told.length === 0) return [];
    const fold = new TargetShardFold();
    fold.add(told);
    this.startMs = endMs;
    const span = { interval: group[0]?.interval ?? 0, startMs: Math.round(startMs), lengthMs: endMs - startMs };
    return fold.figures().map((figures) => shardRow(figures, span));
  }
}
