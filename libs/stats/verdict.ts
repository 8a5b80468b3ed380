import type { LatencyFigures } from '#libs/contract/interval.js';
import type { Verdict } from '#libs/contract/status.js';
import type { OperationSummary, Threshold, ThresholdResult } from '#libs/contract/summary.js';

const METRICS: { [M in Threshold['metric']]: (operation: OperationSummary, type: Threshold['type']) => number | null } =
  {
    ratePerSecond: (operation) => operation.ratePerSecond,
    errorRatio: (operation) => (operation.completed === 0 ? null : operation.failed / operation.completed),
    dropped: (operation) => operation.dropped,
    p50Ms: (operation, type) => latencyOf(operation, type)?.p50Ms ?? null,
    p95Ms: (operation, type) => latencyOf(operation, type)?.p95Ms ?? null,
    p99Ms: (operation, type) => latencyOf(operation, type)?.p99Ms ?? null,
    p999Ms: (operation, type) => latencyOf(operation, type)?.p999Ms ?? null,
    maxMs: (operation, type) => latencyOf(operation, type)?.maxMs ?? null,
    meanMs: (operation, type) => latencyOf(operation, type)?.meanMs ?? null,
  };

/** The figures asked for; null when nothing was measured. Zeros of an empty histogram would pass every upper limit. */
function latencyOf(operation: OperationSummary, type: Threshold['type']): LatencyFigures | null {
  const byType = { st: operation.serviceTime, rt: operation.responseTime, wt: operation.waitTime };
  const figures = type === undefined ? (operation.responseTime ?? operation.serviceTime) : byType[type];
  return figures === null || figures.count === 0 ? null : figures;
}

const COMPARE: { [O in Threshold['operator']]: (actual: number, limit: number) => boolean } = {
  '<': (actual, limit) => actual < limit,
  '<=': (actual, limit) => actual <= limit,
  '>': (actual, limit) => actual > limit,
  '>=': (actual, limit) => actual >= limit,
};

/** A figure that is not there (no such operation, too few samples) does not pass. */
export function judge(threshold: Threshold, operations: Record<string, OperationSummary>): ThresholdResult {
  const operation = operations[threshold.operation];
  const actual = operation === undefined ? null : METRICS[threshold.metric](operation, threshold.type);
  return { threshold, actual, passed: actual !== null && COMPARE[threshold.operator](actual, threshold.value) };
}

export const verdictOf = (results: readonly ThresholdResult[]): Verdict =>
  results.length === 0 ? 'none' : results.every((result) => result.passed) ? 'passed' : 'failed';
