import type { IntervalSnapshot } from '#libs/contract/interval.js';
import type { Summary } from '#libs/contract/summary.js';
import type { Target } from '#libs/contract/target.js';
import { summarise } from '#libs/stats/summary.js';
import type { Shard, ShardResult } from '#libs/workloads/driver.js';
import { promisedBy } from '#libs/workloads/expectations.js';
import type { StoredStressSpec } from '#libs/workloads/stress/stress.schema.js';
import type { StressOutput } from './stress-output.js';

interface LocalRun {
  spec: StoredStressSpec;
  target: Target;
  shard: Shard;
}

/** The same summary that a server makes of a run, from the intervals of this process. */
function summaryOf(
  { spec, target, shard }: LocalRun,
  result: ShardResult,
  { facts, mismatches }: Pick<StressOutput, 'facts' | 'mismatches'>,
  intervals: readonly IntervalSnapshot[],
): Summary {
  const startedAtMs = intervals[0]?.startMs ?? null;
  const last = intervals.at(-1);
  return summarise({
    intervals: intervals.map((interval) => ({ ...interval, shardIndex: shard.index })),
    thresholds: [],
    simulated: facts?.simulated ?? false,
    mismatches,
    mismatchCount: result.mismatches,
    startedAtMs,
    endedAtMs: last ? Math.round(last.startMs + last.lengthMs) : null,
    shardStartsMs: startedAtMs === null ? [] : [startedAtMs],
    expectation: {
      ...promisedBy({ kind: 'stress', spec, target }, shard.lanes.length),
      shards: 1,
      lanesPerShard: shard.lanes.length,
      maxStartSkewMs: Infinity,
      carriedOut: !result.stopped && result.failure === undefined,
    },
  });
}

/** One JSON document: what was asked, of which cluster, why it failed, and what was measured. */
export function localSummaryText(
  run: LocalRun,
  result: ShardResult,
  output: Pick<StressOutput, 'facts' | 'mismatches'>,
  intervals: readonly IntervalSnapshot[],
): string {
  const { spec } = run;
  const summary = summaryOf(run, result, output, intervals);
  return `${JSON.stringify({ spec, cluster: output.facts ?? null, failure: result.failure ?? null, summary }, null, 2)}\n`;
}
