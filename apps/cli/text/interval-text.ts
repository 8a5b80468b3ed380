import type { IntervalStats, LatencyFigures } from '#libs/contract/interval.js';

const COLUMNS = [
  ['time', 8],
  ['operation', 12],
  ['op/s', 11],
  ['mean', 9],
  ['p50', 9],
  ['p95', 9],
  ['p99', 9],
  ['p99.9', 9],
  ['max', 9],
  ['failed', 8],
  ['dropped', 9],
] as const;

const row = (cells: readonly string[]): string =>
  COLUMNS.map(([, width], index) => (cells[index] ?? '').padStart(width)).join('');

/** A tail that too few samples support is a dash, not a number. */
export const milliseconds = (value: number | null): string => (value === null ? '-' : value.toFixed(2));

/** Latencies count from when an operation was due, where there is a schedule. */
export const countedLatency = (stats: {
  serviceTime: LatencyFigures;
  responseTime: LatencyFigures | null;
}): LatencyFigures => stats.responseTime ?? stats.serviceTime;

export const intervalHeader = (): string => row(COLUMNS.map(([name]) => name));

/** One line of `run --watch`: seconds since the start, rates per second, latencies in milliseconds. */
export function intervalLine(stats: IntervalStats, startedAtMs: number): string {
  const latency = countedLatency(stats);
  return row([
    ((stats.startMs + stats.lengthMs - startedAtMs) / 1000).toFixed(1),
    stats.operation,
    Math.round(stats.ratePerSecond).toString(),
    ...[latency.meanMs, latency.p50Ms, latency.p95Ms, latency.p99Ms, latency.p999Ms, latency.maxMs].map(milliseconds),
    String(stats.failed),
    String(stats.dropped),
  ]);
}
