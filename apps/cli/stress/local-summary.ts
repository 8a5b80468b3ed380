import type { IntervalSnapshot } from '#libs/contract/interval.js';
import type { Summary } from '#libs/contract/summary.js';
import type { Target } from '#libs/contract/target.js';
import { SummaryFold, type RunFacts } from '#libs/stats/summary.js';
import type { Shard, ShardResult } from '#libs/workloads/driver.js';
import { promisedBy } from '#libs/workloads/expectations.js';
import type { StoredStressSpec } from '#libs/workloads/stress/stress.schema.js';
import type { StressOutput } from './stress-output.js';

interface LocalRun {
  spec: StoredStressSpec;
  target: Target;
  shard: Shard;
}

/** The same summary that a server makes of a run, from the intervals of this process as they come. */
export class LocalSummary {
  private readonly facts: RunFacts;
  private readonly fold: SummaryFold;

  constructor(private readonly run: LocalRun) {
    this.facts = {
      thresholds: [],
      simulated: false,
      mismatches: [],
      mismatchCount: 0,
      startedAtMs: null,
      endedAtMs: null,
      shardStartsMs: [],
      expectation: {
        ...promisedBy({ kind: 'stress', spec: run.spec, target: run.target }, run.shard.lanes.length),
        shards: 1,
        lanesPerShard: run.shard.lanes.length,
        maxStartSkewMs: Infinity,
        carriedOut: false,
      },
    };
    this.fold = new SummaryFold(this.facts);
  }

  add(interval: IntervalSnapshot): void {
    const { facts } = this;
    if (facts.startedAtMs === null) {
      facts.startedAtMs = interval.startMs;
      facts.shardStartsMs = [interval.startMs];
    }
    facts.endedAtMs = Math.round(interval.startMs + interval.lengthMs);
    this.fold.add({ ...interval, shardIndex: this.run.shard.index });
  }

  /** Of the whole run; to be asked once, when it is over. */
  finished(result: ShardResult, { facts: cluster, mismatches }: Pick<StressOutput, 'facts' | 'mismatches'>): Summary {
    const { facts, fold } = this;
    facts.simulated = cluster?.simulated ?? false;
    facts.mismatches = mismatches;
    facts.mismatchCount = result.mismatches;
    facts.expectation.carriedOut = !result.stopped && result.failure === undefined;
    return fold.summary();
  }
}

/** One JSON document: what was asked, of which cluster, why it failed, and what was measured. */
export function localSummaryText(
  { spec }: LocalRun,
  { failure }: Pick<ShardResult, 'failure'>,
  { facts: cluster }: Pick<StressOutput, 'facts'>,
  summary: Summary,
): string {
  return `${JSON.stringify({ spec, cluster: cluster ?? null, failure: failure ?? null, summary }, null, 2)}\n`;
}
