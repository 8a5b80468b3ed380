import type { OperationInterval } from '#libs/contract/interval.js';
import type { Mismatch, OperationSummary, RunReport, Summary, Threshold } from '#libs/contract/summary.js';
import { auditRun, type Expectation } from './audit.js';
import { Evidence, type ShardEvidence, type ShardInterval } from './evidence.js';
import type { Clock } from './metric.js';
import { OperationCounts } from './operation-counts.js';
import { OperationFolds, summariesOf } from './operation-folds.js';
import { RegionFolds, type ShardPlace } from './region-folds.js';
import { shardFindings } from './shard-findings.js';
import { judge, verdictOf } from './verdict.js';

export type { ShardInterval } from './evidence.js';

/** What is known of a run beside its intervals. */
export interface RunFacts {
  thresholds: readonly Threshold[];
  simulated: boolean;
  mismatches: readonly Mismatch[];
  mismatchCount: number;
  /** When the run began and ended, epoch milliseconds; null when it never began. */
  startedAtMs: number | null;
  endedAtMs: number | null;
  /** When each shard really started. */
  shardStartsMs: readonly number[];
  /** Who has each shard in the end, by its index. */
  shardPlaces?: readonly ShardPlace[] | undefined;
  expectation: Expectation;
  /** What the kind reports beside its intervals; thresholds may name its figures. */
  report?: RunReport | undefined;
}

export interface SummaryInput extends RunFacts {
  intervals: Iterable<ShardInterval>;
}

/** Everything that the intervals say of some operations, over `durationMs`. */
export function summariseOperations(intervals: readonly OperationInterval[], durationMs: number): OperationSummary {
  const counts = new OperationCounts();
  for (const interval of intervals) counts.add(interval);
  return counts.summary(durationMs);
}

/**
 * Folds a run's intervals, in any order, into its summary, so that a run of any length is summarised in constant memory.
 * Percentiles come from merged histograms.
 */
export class SummaryFold {
  private readonly operations = new OperationFolds();
  private readonly regions: RegionFolds;
  private readonly evidence: Evidence;

  constructor(private readonly facts: RunFacts) {
    this.evidence = new Evidence(facts.expectation.lanesPerShard ?? 1);
    this.regions = new RegionFolds(facts.shardPlaces ?? []);
  }

  add(interval: ShardInterval): void {
    this.evidence.add(interval);
    this.operations.add(interval.operations);
    this.regions.add(interval);
  }

  summary(): Summary {
    const { facts, evidence } = this;
    const { expectation, shardStartsMs } = facts;
    const shards = [...evidence.shards.values()];
    const durationMs = spanMs(shards);
    const folds = this.operations.whole();
    const operations = summariesOf(folds, durationMs);
    const startSkewMs = shardStartsMs.length < 2 ? null : Math.max(...shardStartsMs) - Math.min(...shardStartsMs);
    const coverage = coverageOf(evidence.shards, expectation);
    const completed = operations['total']?.completed ?? 0;
    const clientCpuUsPerOperation = completed === 0 ? null : evidence.cpuUs / completed;
    const { mismatchCount, report } = facts;
    const measured = {
      operations,
      run: { durationMs, coverage, startSkewMs, mismatchCount, clientCpuUsPerOperation },
      report,
      percentileMs: (name: string, clock: Clock, percentile: number) =>
        folds.get(name)?.percentileMs(clock, percentile) ?? null,
    };
    const thresholds = facts.thresholds.map((threshold) => judge(threshold, measured));
    const regions = this.regions.summaries(durationMs);
    const targetShards = evidence.targetShards.figures();
    return {
      startedAtMs: facts.startedAtMs,
      endedAtMs: facts.endedAtMs,
      durationMs,
      simulated: facts.simulated,
      operations,
      mismatches: [...facts.mismatches],
      mismatchCount,
      startSkewMs,
      coverage,
      clientCpuUsPerOperation,
      verdict: verdictOf(thresholds),
      thresholds,
      validity: auditRun({ evidence, operations, durationMs, startSkewMs, coverage, expectation }),
      ...(regions && { regions }),
      ...(targetShards.length > 0 && { targetShards, findings: shardFindings(targetShards) }),
      ...(evidence.serverGc && { serverGc: evidence.serverGc }),
    };
  }
}

/** The result of a run from its stored intervals; pure. */
export function summarise({ intervals, ...facts }: SummaryInput): Summary {
  const fold = new SummaryFold(facts);
  for (const interval of intervals) fold.add(interval);
  return fold.summary();
}

/** Length of the measured time: from the first interval's start to the last one's end, over all shards. */
const spanMs = (shards: readonly ShardEvidence[]): number =>
  shards.length === 0
    ? 0
    : Math.max(...shards.map((shard) => shard.endMs)) - Math.min(...shards.map((shard) => shard.startMs));

/**
 * Share of the planned shard-time that reported. A shard that ended had its own span to report, since in a run by count
 * shards end at different times; one that was lost, or never spoke, had the whole run's.
 */
function coverageOf(
  reported: ReadonlyMap<number, ShardEvidence>,
  { shards, lostShards = [], durationMs, carriedOut }: Expectation,
): number {
  if (reported.size === 0) return 0;
  const runMs = Math.max(spanMs([...reported.values()]), carriedOut ? (durationMs ?? 0) : 0);
  const silent = Math.max(0, shards - reported.size);
  let [plannedMs, reportedMs] = [silent * runMs, 0];
  for (const [index, shard] of reported) {
    plannedMs += lostShards.includes(index) ? runMs : shard.endMs - shard.startMs;
    reportedMs += shard.reportedMs;
  }
  // Lengths are rounded to what a row can hold: a hair more than the span is all of it.
  return plannedMs <= 0 ? 0 : Math.min(1, reportedMs / plannedMs);
}
