import type { IntervalStats, LatencyFigures } from '#libs/contract/interval.js';
import type { TargetShardFigures } from '#libs/contract/summary.js';

const FIGURES = ['count', 'meanMs', 'p50Ms', 'p95Ms', 'p99Ms', 'p999Ms', 'maxMs', 'minMs'] as const;
const COUNTERS = ['scheduled', 'completed', 'failed', 'dropped', 'retries', 'partitions', 'rows'] as const;
const CLOCKS = { st: 'serviceTime', rt: 'responseTime', wt: 'waitTime' } as const;
const clocks = Object.entries(CLOCKS);

/** Names of the columns; those of latencies carry the clock: `st`, `rt`, `wt`. */
export const INTERVAL_COLUMNS: readonly string[] = [
  'interval',
  'start',
  'lengthMs',
  'operation',
  'executor',
  ...COUNTERS,
  'ratePerSecond',
  ...clocks.flatMap(([clock]) => FIGURES.map((figure) => `${clock}.${figure}`)),
  'errors',
];

const figuresOf = (latency: LatencyFigures | null) => FIGURES.map((figure) => latency?.[figure] ?? null);

/** One row of `INTERVAL_COLUMNS`, ended by CRLF as RFC 4180 wants; what is unknown is empty. */
export const intervalRow = (stats: IntervalStats): string =>
  csvLine([
    stats.interval,
    new Date(stats.startMs).toISOString(),
    stats.lengthMs,
    stats.operation,
    stats.executorId,
    ...COUNTERS.map((counter) => stats[counter]),
    stats.ratePerSecond,
    ...clocks.flatMap(([, name]) => figuresOf(stats[name])),
    Object.entries(stats.errors)
      .map(([name, count]) => `${name}=${count}`)
      .join(' '),
  ]);

/** What one shard of the target answered in some time, as a row of the same columns; its operation is `shard NODE/N`. */
export function shardRow(
  { node, shard, operations, errors, meanMs, p50Ms, p99Ms, maxMs }: TargetShardFigures,
  { interval, startMs, lengthMs }: Pick<IntervalStats, 'interval' | 'startMs' | 'lengthMs'>,
): string {
  const answered = operations - errors;
  const counters = { completed: operations, failed: errors };
  const figures = { count: answered, meanMs, p50Ms, p99Ms, maxMs };
  return csvLine([
    interval,
    new Date(startMs).toISOString(),
    lengthMs,
    `shard ${node}/${shard}`,
    null,
    ...COUNTERS.map((counter) => valueOf(counters, counter)),
    lengthMs > 0 ? (answered * 1000) / lengthMs : null,
    ...FIGURES.map((figure) => valueOf(figures, figure)),
    ...clocks.slice(1).flatMap(() => FIGURES.map(() => null)),
    null,
  ]);
}

const valueOf = (values: Readonly<Record<string, number | null>>, name: string): number | null => values[name] ?? null;

/** A line of CSV. A text that a spreadsheet would run as a formula is made harmless by an apostrophe. */
export const csvLine = (values: readonly (string | number | null)[]): string => `${values.map(cell).join(',')}\r\n`;

function cell(value: string | number | null): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
