import type { Schemas } from '../connection.js';
import { alignLines, type Columns, type Point } from '../charts/columns.js';

export type Interval = Schemas['IntervalStats'];
export type Latencies = Schemas['LatencyFigures'];

export const TOTAL = 'total';

/** Which clock a latency is by. */
export type LatencyClock = 'responseTime' | 'serviceTime';

export const FIGURES = ['p50Ms', 'p95Ms', 'p99Ms', 'p999Ms', 'maxMs'] as const;
const FIGURE_NAMES: Readonly<Record<(typeof FIGURES)[number], string>> = {
  p50Ms: 'p50',
  p95Ms: 'p95',
  p99Ms: 'p99',
  p999Ms: 'p99.9',
  maxMs: 'max',
};

/** The counters of an operation, added up. */
export interface Totals {
  completed: number;
  failed: number;
  dropped: number;
  retries: number;
  rows: number;
  errors: Record<string, number>;
}

/**
 * The intervals of a run, by operation. Percentiles are shown as they came: a coarser picture is asked of the service,
 * which merges histograms; nothing is averaged here.
 */
export class IntervalSeries {
  private readonly byOperation = new Map<string, Map<number, Interval>>();

  add(rows: readonly Interval[]): void {
    for (const row of rows) {
      const rowsOfIt = this.byOperation.get(row.operation) ?? new Map<number, Interval>();
      rowsOfIt.set(row.startMs, row);
      this.byOperation.set(row.operation, rowsOfIt);
    }
  }

  /** In place of all intervals that start before the end of the last of `rows`; later ones are kept. */
  replaceUpTo(rows: readonly Interval[]): void {
    const endMs = Math.max(0, ...rows.map(({ startMs, lengthMs }) => startMs + lengthMs));
    for (const known of this.byOperation.values())
      for (const startMs of known.keys()) if (startMs < endMs) known.delete(startMs);
    this.add(rows);
  }

  /** Of the longest operation: how many points a chart would have. */
  get length(): number {
    return Math.max(0, ...[...this.byOperation.values()].map(({ size }) => size));
  }

  /** By name, without the total. */
  get operations(): string[] {
    return [...this.byOperation.keys()].filter((name) => name !== TOTAL).toSorted();
  }

  /** In the order of time. */
  rows(operation: string): Interval[] {
    return [...(this.byOperation.get(operation)?.values() ?? [])].toSorted((a, b) => a.startMs - b.startMs);
  }

  last(operation: string): Interval | undefined {
    return this.rows(operation).at(-1);
  }

  hasResponseTime(operation: string): boolean {
    return this.rows(operation).some(({ responseTime }) => responseTime !== null);
  }

  totals(operation: string): Totals {
    const sum: Totals = { completed: 0, failed: 0, dropped: 0, retries: 0, rows: 0, errors: {} };
    for (const row of this.rows(operation)) {
      for (const name of ['completed', 'failed', 'dropped', 'retries', 'rows'] as const) sum[name] += row[name];
      for (const [name, count] of Object.entries(row.errors)) sum.errors[name] = (sum.errors[name] ?? 0) + count;
    }
    return sum;
  }

  /** Successful operations per second: a line for each operation, and one for all where there are several. */
  throughput(originMs: number): Columns {
    const { operations } = this;
    const names = operations.length === 1 ? operations : [TOTAL, ...operations];
    return alignLines(names.map((name) => ({ name, points: this.points(name, originMs, (row) => row.ratePerSecond) })));
  }

  /** Percentiles and the maximum of one operation, milliseconds. */
  latency(operation: string, clock: LatencyClock, originMs: number): Columns {
    return alignLines(
      FIGURES.map((figure) => ({
        name: FIGURE_NAMES[figure],
        // An interval in which nothing ended well has no latency, rather than one of zero.
        points: this.points(operation, originMs, (row) => {
          const figures = row[clock];
          return figures === null || figures.count === 0 ? null : figures[figure];
        }),
      })),
    );
  }

  /** Failed operations per second by class, and dropped ones, over all operations. */
  errors(originMs: number): Columns {
    const classes = Object.keys(this.totals(TOTAL).errors).toSorted();
    const perSecond = (count: number, { lengthMs }: Interval) => (count * 1000) / Math.max(1, lengthMs);
    const lines = classes.map((name) => ({
      name,
      points: this.points(TOTAL, originMs, (row) => perSecond(row.errors[name] ?? 0, row)),
    }));
    const dropped = this.points(TOTAL, originMs, (row) => perSecond(row.dropped, row));
    return alignLines([...lines, { name: 'dropped', points: dropped }]);
  }

  /** A missing interval is a gap: an executor that was lost measured nothing, which is not zero. */
  private points(operation: string, originMs: number, valueOf: (row: Interval) => number | null): Point[] {
    const points: Point[] = [];
    let dueMs: number | undefined;
    for (const row of this.rows(operation)) {
      if (dueMs !== undefined && row.startMs > dueMs + row.lengthMs / 2)
        points.push({ x: (dueMs - originMs) / 1000, value: null });
      points.push({ x: (row.startMs - originMs) / 1000, value: valueOf(row) });
      dueMs = row.startMs + row.lengthMs;
    }
    return points;
  }
}
