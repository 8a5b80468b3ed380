import type { IntervalSnapshot, ServerGc } from '#libs/contract/interval.js';
import { isBesideLoad } from './beside-load.js';
import { encodedCount } from './encoded-counts.js';
import { LIMITS } from './audit-limits.js';
import { mergeServerGc } from './server-gc.js';
import { TargetShardFold } from './target-shards.js';

/** One interval of one shard. */
export interface ShardInterval extends IntervalSnapshot {
  shardIndex: number;
  /** Who measured it, and where; empty for no region, null or absent where nobody knows. */
  executorId?: string | undefined;
  region?: string | null | undefined;
}

/** What the intervals of one shard amount to. */
export interface ShardEvidence {
  startMs: number;
  endMs: number;
  /** Sum of the lengths: less than the span when intervals are missing. */
  reportedMs: number;
  /** Index of the interval that was added last. */
  interval: number;
  completed: number;
  /** Completed operations and length of the whole intervals after the first: the steady state. */
  steadyCompleted: number;
  steadyMs: number;
}

/**
 * What the audit needs of the intervals, gathered one by one so that a run of any length fits: extremes of the self-watch,
 * the first interval whose histogram and counters disagree, and what each shard reported.
 */
export class Evidence {
  intervals = 0;
  eventLoopDelayMaxMs = 0;
  /** Largest share of a whole interval that garbage collection took. */
  gcShareMax = 0;
  clockJumpMaxMs = 0;
  cpuUs = 0;
  capHits = 0;
  /** Whole intervals, and those in which the generator was at its limit. */
  wholeIntervals = 0;
  saturatedIntervals = 0;
  /** The first interval whose histogram does not hold what its counters say. */
  inconsistent: { shardIndex: number; interval: number; operation: string; counted: number; held: number } | undefined;
  /** The first interval whose errors by class do not add up to its failed operations. */
  unclassified: { shardIndex: number; interval: number; operation: string } | undefined;
  readonly shards = new Map<number, ShardEvidence>();
  /** Of the target, where it shows them. */
  readonly targetShards = new TargetShardFold();
  serverGc: ServerGc | undefined;

  /** `lanes`: load threads of one executor, for rows that do not say how busy each was. */
  constructor(private readonly lanes: number) {}

  add(interval: ShardInterval): void {
    const { self } = interval;
    this.intervals++;
    this.eventLoopDelayMaxMs = Math.max(this.eventLoopDelayMaxMs, self.eventLoopDelayMaxMs);
    this.clockJumpMaxMs = Math.max(this.clockJumpMaxMs, self.clockJumpMs ?? 0);
    this.cpuUs += self.cpuUs;
    this.capHits += self.inFlightCapHits;
    this.targetShards.add(self.targetShards ?? []);
    this.serverGc = mergeServerGc([this.serverGc, self.serverGc]);
    if (!interval.partial && interval.lengthMs >= LIMITS.shortestJudgedMs) {
      this.wholeIntervals++;
      this.gcShareMax = Math.max(this.gcShareMax, self.gcPauseMs / interval.lengthMs);
      if (this.loadOf(interval) > LIMITS.loadDegraded) this.saturatedIntervals++;
    }
    this.addToShard(interval);
    this.check(interval);
  }

  private loadOf({ self, lengthMs }: ShardInterval): number {
    return self.loopUtilization ?? self.cpuUs / 1000 / lengthMs / this.lanes;
  }

  private addToShard({ shardIndex, interval, startMs, lengthMs, partial, operations }: ShardInterval): void {
    const endMs = startMs + lengthMs;
    let completed = 0;
    for (const [name, operation] of Object.entries(operations))
      if (!isBesideLoad(name)) completed += operation.completed;
    const shard = this.shards.get(shardIndex);
    if (shard === undefined) {
      this.shards.set(shardIndex, {
        startMs,
        endMs,
        reportedMs: lengthMs,
        interval,
        completed,
        steadyCompleted: 0,
        steadyMs: 0,
      });
      return;
    }
    shard.startMs = Math.min(shard.startMs, startMs);
    // An executor that went on with a part tells of the whole interval in which it began: its predecessor's share of it
    // counts once.
    shard.reportedMs += interval === shard.interval ? Math.max(0, endMs - shard.endMs) : lengthMs;
    shard.interval = interval;
    shard.endMs = Math.max(shard.endMs, endMs);
    shard.completed += completed;
    if (partial) return;
    shard.steadyCompleted += completed;
    shard.steadyMs += lengthMs;
  }

  private check({ shardIndex, interval, operations }: ShardInterval): void {
    for (const [name, operation] of Object.entries(operations)) {
      const counted = operation.completed - operation.failed;
      const held = encodedCount(operation.st);
      if (held !== counted) this.inconsistent ??= { shardIndex, interval, operation: name, counted, held };
      let classified = 0;
      for (const count of Object.values(operation.errors)) classified += count;
      if (classified !== operation.failed) this.unclassified ??= { shardIndex, interval, operation: name };
    }
  }
}
