import type { HistogramType, LatencyFigures } from '#libs/contract/interval.js';
import type { Verdict } from '#libs/contract/status.js';
import type { OperationSummary, RunReport, Summary, Threshold, ThresholdResult } from '#libs/contract/summary.js';
import { inUnit, type Metric, type OperationMetric, parseMetric, type RunMetric } from './metric.js';

/** What thresholds are judged by. */
export interface Measured {
  operations: Readonly<Record<string, OperationSummary>>;
  run: Pick<Summary, RunMetric>;
  report: RunReport | undefined;
  /** Any percentile of an operation's merged histogram, milliseconds; null where too few samples support it. */
  percentileMs: (operation: string, clock: HistogramType | 'failedSt', percentile: number) => number | null;
}

const COUNTERS: { [M in OperationMetric]: (operation: OperationSummary) => number | null } = {
  ratePerSecond: (operation) => operation.ratePerSecond,
  errorRatio: (operation) => (operation.completed === 0 ? null : operation.failed / operation.completed),
  scheduled: (operation) => operation.scheduled,
  completed: (operation) => operation.completed,
  failed: (operation) => operation.failed,
  dropped: (operation) => operation.dropped,
  retries: (operation) => operation.retries,
  partitions: (operation) => operation.partitions,
  rows: (operation) => operation.rows,
};

/** Response time where there is a schedule, unless another clock was asked for. */
const clockOf = (operation: OperationSummary, asked: HistogramType | 'failedSt' | undefined) =>
  asked ?? (operation.responseTime === null ? 'st' : 'rt');

/** Null when nothing was measured: zeros of an empty histogram would pass every upper limit. */
function latencyOf(
  metric: Extract<Metric, { of: 'latency' }>,
  threshold: Threshold,
  name: string,
  { operations, percentileMs }: Measured,
): number | null {
  const operation = operations[name];
  if (operation === undefined) return null;
  const clock = clockOf(operation, metric.clock ?? threshold.type);
  const byClock: { [C in typeof clock]: LatencyFigures | null } = {
    st: operation.serviceTime,
    rt: operation.responseTime,
    wt: operation.waitTime,
    failedSt: operation.failedServiceTime,
  };
  const figures = byClock[clock];
  if (figures === null || figures.count === 0) return null;
  if (typeof metric.figure === 'object') return percentileMs(name, clock, metric.figure.percentile);
  return { mean: figures.meanMs, min: figures.minMs, max: figures.maxMs }[metric.figure];
}

function at(value: unknown, path: readonly string[]): number | null {
  let found = value;
  for (const name of path) {
    if (typeof found !== 'object' || found === null) return null;
    found = Object.entries(found).find(([key]) => key === name)?.[1];
  }
  return typeof found === 'number' ? found : null;
}

function actualOf(threshold: Threshold, measured: Measured): number | null {
  const metric = parseMetric(threshold.metric);
  if (metric === undefined) return null;
  if (metric.of === 'run') return measured.run[metric.name];
  if (metric.of === 'report') return at(measured.report, metric.path);
  const name = metric.operation ?? threshold.operation;
  const operation = measured.operations[name];
  if (operation === undefined) return null;
  if (metric.of === 'latency') return latencyOf(metric, threshold, name, measured);
  return metric.of === 'counter' ? COUNTERS[metric.name](operation) : (operation.errors[metric.name] ?? 0);
}

const COMPARE: { [O in Threshold['operator']]: (actual: number, limit: number) => boolean } = {
  '<': (actual, limit) => actual < limit,
  '<=': (actual, limit) => actual <= limit,
  '>': (actual, limit) => actual > limit,
  '>=': (actual, limit) => actual >= limit,
};

/** A figure that is not there (no such operation, too few samples) does not pass. */
export function judge(threshold: Threshold, measured: Measured): ThresholdResult {
  const found = actualOf(threshold, measured);
  const actual = found === null ? null : inUnit(threshold.metric, found, threshold.unit);
  return { threshold, actual, passed: actual !== null && COMPARE[threshold.operator](actual, threshold.value) };
}

export const verdictOf = (results: readonly ThresholdResult[]): Verdict =>
  results.length === 0 ? 'none' : results.every((result) => result.passed) ? 'passed' : 'failed';
