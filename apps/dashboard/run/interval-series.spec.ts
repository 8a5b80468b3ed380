import { describe, expect, it } from 'vitest';
import { type Interval, IntervalSeries, type Latencies, TOTAL } from './interval-series.js';

const NOON_MS = 1_763_683_200_000;

const figures = (p50Ms: number, count = 100): Latencies => ({
  count,
  meanMs: p50Ms,
  p50Ms,
  p95Ms: p50Ms * 2,
  p99Ms: count < 1000 ? null : p50Ms * 3,
  p999Ms: null,
  maxMs: p50Ms * 4,
  minMs: 0,
});

const row = (second: number, operation: string, more: Partial<Interval> = {}): Interval => ({
  interval: second,
  startMs: NOON_MS + second * 1000,
  lengthMs: 1000,
  operation,
  executorId: null,
  scheduled: 100,
  completed: 100,
  failed: 0,
  dropped: 0,
  retries: 0,
  partitions: 0,
  rows: 0,
  errors: {},
  ratePerSecond: 100,
  serviceTime: figures(1),
  responseTime: null,
  waitTime: null,
  ...more,
});

describe('the series of a run', () => {
  it('has a line for each operation and one for all, in the order of time however rows come', () => {
    const series = new IntervalSeries();
    series.add([row(1, 'READ', { ratePerSecond: 60 }), row(1, TOTAL), row(0, 'READ'), row(0, TOTAL), row(1, 'WRITE')]);
    expect(series.throughput(NOON_MS)).toEqual({
      x: [0, 1],
      lines: [
        { name: 'total', values: [100, 100] },
        { name: 'READ', values: [100, 60] },
        { name: 'WRITE', values: [null, 100] },
      ],
    });
  });

  it('shows a missing interval as a gap, and one operation without its total', () => {
    const series = new IntervalSeries();
    series.add([0, 1, 4].flatMap((second) => [row(second, 'READ'), row(second, TOTAL)]));
    expect(series.throughput(NOON_MS)).toEqual({
      x: [0, 1, 2, 4],
      lines: [{ name: 'READ', values: [100, 100, null, 100] }],
    });
  });

  it('shows percentiles as they came, and none where too few samples support them or nothing ended well', () => {
    const series = new IntervalSeries();
    series.add([
      row(0, 'READ', { serviceTime: figures(2, 5000) }),
      row(1, 'READ'),
      row(2, 'READ', { serviceTime: figures(0, 0) }),
    ]);
    const { lines } = series.latency('READ', 'serviceTime', NOON_MS);
    const valuesOf = (name: string) => lines.find((line) => line.name === name)?.values;
    expect(valuesOf('p50')).toEqual([2, 1, null]);
    expect(valuesOf('p99')).toEqual([6, null, null]);
    expect(valuesOf('max')).toEqual([8, 4, null]);
    expect(series.hasResponseTime('READ')).toBe(false);
  });

  it('adds counters up and gives errors by class per second, whatever the length of an interval', () => {
    const series = new IntervalSeries();
    series.add([
      row(0, TOTAL, { failed: 5, errors: { timeout: 5 }, lengthMs: 500 }),
      row(1, TOTAL, { failed: 3, dropped: 7, errors: { timeout: 1, missing: 2 } }),
    ]);
    expect(series.totals(TOTAL)).toMatchObject({
      completed: 200,
      failed: 8,
      dropped: 7,
      errors: { timeout: 6, missing: 2 },
    });
    const { lines } = series.errors(NOON_MS);
    expect(lines.map(({ name }) => name)).toEqual(['missing', 'timeout', 'dropped']);
    expect(lines.find(({ name }) => name === 'timeout')?.values.filter((value) => value !== null)).toEqual([10, 1]);
  });

  it('takes a coarser history in place of what it covers, and keeps what came after', () => {
    const series = new IntervalSeries();
    series.add([0, 1, 2, 3, 4].map((second) => row(second, TOTAL)));
    series.replaceUpTo([0, 2].map((second) => row(second, TOTAL, { lengthMs: 2000, completed: 200 })));
    expect(series.rows(TOTAL).map(({ startMs }) => startMs - NOON_MS)).toEqual([0, 2000, 4000]);
    expect(series.totals(TOTAL).completed).toBe(500);
  });
});
