import type { IntervalSnapshot } from '#libs/contract/interval.js';
import type { Mismatch, Summary } from '#libs/contract/summary.js';
import { SummaryFold, type RunFacts } from '#libs/stats/summary.js';
import type { Shard, ShardResult, TargetFacts } from '#libs/workloads/driver.js';
import { promisedBy } from '#libs/workloads/expectations.js';
import type { CdcJob } from './cdc-options.js';

const KEPT_MISMATCHES = 100;

/** The same summary that a server makes of a run, from the intervals of this process as they come. */
export class LocalSummary {
  private readonly facts: RunFacts;
  private readonly fold: SummaryFold;
  private readonly mismatches: Mismatch[] = [];

  constructor(
    { spec, target, thresholds }: Pick<CdcJob, 'spec' | 'target' | 'thresholds'>,
    private readonly shard: Shard,
  ) {
    const lanes = shard.lanes.length;
    this.facts = {
      thresholds,
      simulated: false,
      mismatches: this.mismatches,
      mismatchCount: 0,
      startedAtMs: null,
      endedAtMs: null,
      shardStartsMs: [],
      expectation: {
        ...promisedBy({ kind: 'cdc', spec, target }, lanes),
        shards: 1,
        lanesPerShard: lanes,
        maxStartSkewMs: Infinity,
        carriedOut: false,
      },
    };
    this.fold = new SummaryFold(this.facts);
  }

  /** What the target says of itself: a simulated one is called so. */
  prepared({ simulated }: TargetFacts): void {
    this.facts.simulated = simulated;
  }

  add(interval: IntervalSnapshot): void {
    const { facts } = this;
    if (facts.startedAtMs === null) {
      facts.startedAtMs = interval.startMs;
      facts.shardStartsMs = [interval.startMs];
    }
    facts.endedAtMs = Math.round(interval.startMs + interval.lengthMs);
    this.fold.add({ ...interval, shardIndex: this.shard.index });
  }

  mismatch(mismatch: Mismatch): void {
    if (this.mismatches.length < KEPT_MISMATCHES) this.mismatches.push(mismatch);
  }

  /** Of the whole run; to be asked once, when it is over. */
  finished({ report, mismatches, stopped, failure }: ShardResult): Summary {
    const { facts, fold } = this;
    facts.report = report;
    facts.mismatchCount = mismatches;
    facts.expectation.carriedOut = !stopped && failure === undefined;
    return { ...fold.summary(), ...(report && { report }) };
  }
}
