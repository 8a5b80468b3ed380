import type { IntervalSnapshot, OperationInterval } from '#libs/contract/interval.js';
import type { Verdict } from '#libs/contract/status.js';
import type { Mismatch, OperationSummary, Summary, Threshold, ThresholdResult } from '#libs/contract/summary.js';
import { auditRun, type Expectation } from './audit.js';
import { figuresOfEncoded } from './figures.js';
import { addCounters } from './merge.js';

/** One interval of one shard. */
export interface ShardInterval extends IntervalSnapshot {
  shardIndex: number;
}

export interface SummaryInput {
  intervals: readonly ShardInterval[];
  thresholds: readonly Threshold[];
  simulated: boolean;
  mismatches: readonly Mismatch[];
  mismatchCount: number;
  /** When the run began and ended, epoch milliseconds; null when it never began. */
  startedAtMs: number | null;
  endedAtMs: number | null;
  /** When each shard really started. */
  shardStartsMs: readonly number[];
  expectation: Expectation;
}

const NO_LATENCY = { count: 0, meanMs: 0, p50Ms: 0, p95Ms: null, p99Ms: null, p999Ms: null, maxMs: 0, minMs: 0 };

/** Everything that the intervals say of some operations, over `durationMs`. */
export function summariseOperations(intervals: readonly OperationInterval[], durationMs: number): OperationSummary {
  const counters = addCounters(intervals);
  return {
    ...counters,
    ratePerSecond: durationMs > 0 ? ((counters.completed - counters.failed) * 1000) / durationMs : 0,
    serviceTime: figuresOfEncoded(intervals.map((one) => one.st)) ?? NO_LATENCY,
    responseTime: figuresOfEncoded(intervals.map((one) => one.rt)),
    waitTime: figuresOfEncoded(intervals.map((one) => one.wt)),
    failedServiceTime: figuresOfEncoded(intervals.map((one) => one.failedSt)),
  };
}

/** Length of the measured time: from the first interval's start to the last one's end, over all shards. */
export const measuredMs = (intervals: readonly IntervalSnapshot[]): number =>
  intervals.length === 0
    ? 0
    : Math.max(...intervals.map((one) => one.startMs + one.lengthMs)) -
      Math.min(...intervals.map((one) => one.startMs));

/** Share of the planned shard-intervals that reported; the longest-reporting shard says how many there should be. */
function coverageOf(intervals: readonly ShardInterval[], shards: number): number {
  if (intervals.length === 0) return 0;
  const perShard = new Map<number, number>();
  for (const { shardIndex, lengthMs } of intervals)
    perShard.set(shardIndex, (perShard.get(shardIndex) ?? 0) + lengthMs);
  const longest = Math.max(...perShard.values());
  const reported = [...perShard.values()].reduce((sum, each) => sum + each, 0);
  return longest === 0 ? 0 : Math.min(1, reported / (longest * Math.max(1, shards)));
}

const METRICS: { [M in Threshold['metric']]: (operation: OperationSummary, type: Threshold['type']) => number | null } =
  {
    ratePerSecond: (operation) => operation.ratePerSecond,
    errorRatio: (operation) => (operation.completed === 0 ? null : operation.failed / operation.completed),
    dropped: (operation) => operation.dropped,
    p50Ms: (operation, type) => latencyOf(operation, type).p50Ms,
    p95Ms: (operation, type) => latencyOf(operation, type).p95Ms,
    p99Ms: (operation, type) => latencyOf(operation, type).p99Ms,
    p999Ms: (operation, type) => latencyOf(operation, type).p999Ms,
    maxMs: (operation, type) => latencyOf(operation, type).maxMs,
    meanMs: (operation, type) => latencyOf(operation, type).meanMs,
  };

function latencyOf(operation: OperationSummary, type: Threshold['type']) {
  const byType = { st: operation.serviceTime, rt: operation.responseTime, wt: operation.waitTime };
  return (type === undefined ? operation.responseTime : byType[type]) ?? operation.serviceTime;
}

const COMPARE: { [O in Threshold['operator']]: (actual: number, limit: number) => boolean } = {
  '<': (actual, limit) => actual < limit,
  '<=': (actual, limit) => actual <= limit,
  '>': (actual, limit) => actual > limit,
  '>=': (actual, limit) => actual >= limit,
};

/** A figure that is not there (no such operation, too few samples) does not pass. */
function judge(threshold: Threshold, operations: Record<string, OperationSummary>): ThresholdResult {
  const operation = operations[threshold.operation];
  const actual = operation === undefined ? null : METRICS[threshold.metric](operation, threshold.type);
  return { threshold, actual, passed: actual !== null && COMPARE[threshold.operator](actual, threshold.value) };
}

const verdictOf = (results: readonly ThresholdResult[]): Verdict =>
  results.length === 0 ? 'none' : results.every((result) => result.passed) ? 'passed' : 'failed';

/** The result of a run from its stored intervals; pure. Percentiles come from merged histograms. */
export function summarise(input: SummaryInput): Summary {
  const { intervals, shardStartsMs, expectation } = input;
  const durationMs = measuredMs(intervals);
  const names = [...new Set(intervals.flatMap((one) => Object.keys(one.operations)))].sort();
  const of = (name: string) => intervals.map((one) => one.operations[name]).filter((one) => one !== undefined);
  const operations: Record<string, OperationSummary> = {};
  for (const name of names) operations[name] = summariseOperations(of(name), durationMs);
  operations['total'] = summariseOperations(names.flatMap(of), durationMs);
  const total = operations['total'];
  const cpuUs = intervals.reduce((sum, one) => sum + one.self.cpuUs, 0);
  const startSkewMs = shardStartsMs.length < 2 ? null : Math.max(...shardStartsMs) - Math.min(...shardStartsMs);
  const coverage = coverageOf(intervals, expectation.shards);
  const thresholds = input.thresholds.map((threshold) => judge(threshold, operations));
  return {
    startedAtMs: input.startedAtMs,
    endedAtMs: input.endedAtMs,
    durationMs,
    simulated: input.simulated,
    operations,
    mismatches: [...input.mismatches],
    mismatchCount: input.mismatchCount,
    startSkewMs,
    coverage,
    clientCpuUsPerOperation: total.completed === 0 ? null : cpuUs / total.completed,
    verdict: verdictOf(thresholds),
    thresholds,
    validity: auditRun({ intervals, operations, durationMs, startSkewMs, coverage, expectation }),
  };
}
