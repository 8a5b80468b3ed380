import { describe, expect, it } from 'vitest';
import type { RunReport, Threshold } from '#libs/contract/summary.js';
import { figuresOf } from './figures.js';
import { Histogram } from './histogram.js';
import { anExpectation, anInterval, anOperation, aSelf, encoded, steady } from './sample-interval.js';
import { type RunFacts, summarise, SummaryFold, summariseOperations } from './summary.js';

const facts = (fields: Partial<RunFacts> = {}): RunFacts => ({
  thresholds: [],
  simulated: false,
  mismatches: [],
  mismatchCount: 0,
  startedAtMs: 1_700_000_000_000,
  endedAtMs: 1_700_000_003_000,
  shardStartsMs: [1_700_000_000_000],
  expectation: anExpectation(),
  ...fields,
});

const intervals = [
  anInterval(0, { operations: { WRITE: anOperation(steady(600, 2)), READ: anOperation(steady(400, 6)) } }),
  anInterval(1, {
    operations: {
      READ: anOperation(steady(900, 4), {
        scheduled: 1100,
        completed: 1000,
        failed: 100,
        dropped: 100,
        errors: { readTimeout: 100 },
        failedSt: encoded(steady(100, 500)),
      }),
    },
  }),
  anInterval(2, {
    lengthMs: 500,
    partial: true,
    operations: { WRITE: anOperation([]), READ: anOperation(steady(100, 8)) },
  }),
];

describe('a summary', () => {
  const summary = summarise({ ...facts(), intervals });
  const { total, READ, WRITE } = summary.operations;

  it('has each operation and the total of them, in order', () => {
    expect(Object.keys(summary.operations)).toEqual(['READ', 'WRITE', 'total']);
    expect([READ?.completed, WRITE?.completed, total?.completed]).toEqual([1500, 600, 2100]);
    expect(total).toMatchObject({ failed: 100, dropped: 100, errors: { readTimeout: 100 } });
  });

  it('takes rates over the measured time, of successes only', () => {
    expect(summary.durationMs).toBe(2500);
    expect(total?.ratePerSecond).toBe(2000 / 2.5);
    expect(READ?.ratePerSecond).toBe(1400 / 2.5);
  });

  it('keeps failed operations apart from the latency of the others', () => {
    expect(READ?.serviceTime.count).toBe(1400);
    expect(READ?.serviceTime.maxMs).toBeLessThan(8.01);
    expect(READ?.failedServiceTime?.count).toBe(100);
    expect(READ?.failedServiceTime?.minMs).toBeGreaterThan(499);
    expect(WRITE?.failedServiceTime).toBeNull();
    expect(READ?.responseTime).toBeNull();
  });

  it("divides the generator's CPU by the operations", () => {
    expect(summary.clientCpuUsPerOperation).toBeCloseTo(300_000 / 2100, 9);
  });

  it('is the same in whatever order the intervals come', () => {
    const fold = new SummaryFold(facts());
    for (const interval of [...intervals].reverse()) fold.add(interval);
    expect(fold.summary()).toEqual(summary);
  });

  it('measures the skew of the starts', () => {
    expect(summary.startSkewMs).toBeNull();
    expect(summarise({ ...facts({ shardStartsMs: [10, 40, 25] }), intervals }).startSkewMs).toBe(30);
  });

  it('of nothing is empty and invalid', () => {
    const empty = summarise({ ...facts({ thresholds: [threshold('p99Ms', '<', 10)] }), intervals: [] });
    expect(empty).toMatchObject({ durationMs: 0, coverage: 0, clientCpuUsPerOperation: null, verdict: 'failed' });
    expect(empty.operations['total']).toMatchObject({ completed: 0, ratePerSecond: 0 });
    expect(empty.validity.level).toBe('invalid');
  });

  it('of thousands of intervals adds them all up', () => {
    const fold = new SummaryFold(facts());
    for (let index = 0; index < 2000; index++) {
      fold.add({ ...anInterval(index, { operations: intervals[0]?.operations ?? {} }), self: aSelf() });
    }
    expect(fold.summary().operations['total']?.completed).toBe(2_000_000);
  });
});

const threshold = (
  metric: Threshold['metric'],
  operator: Threshold['operator'],
  value: number,
  fields: Partial<Threshold> = {},
): Threshold => ({ metric, operator, value, operation: 'total', ...fields });

describe('a verdict', () => {
  const judged = (...thresholds: Threshold[]) => summarise({ ...facts({ thresholds }), intervals });

  it('is none without thresholds', () => {
    expect(judged()).toMatchObject({ verdict: 'none', thresholds: [] });
  });

  it('is passed when every threshold is met, and says the actual figures', () => {
    const summary = judged(threshold('ratePerSecond', '>=', 800), threshold('dropped', '<=', 100));
    expect(summary.verdict).toBe('passed');
    expect(summary.thresholds.map(({ actual, passed }) => [actual, passed])).toEqual([
      [800, true],
      [100, true],
    ]);
  });

  it.each([
    threshold('maxMs', '<', 8, { operation: 'READ' }),
    threshold('errorRatio', '<', 0.04),
    threshold('ratePerSecond', '>', 800),
    threshold('dropped', '>=', 101),
  ])('is failed when one is not: %o', (one) => {
    expect(judged(threshold('dropped', '<=', 100), one)).toMatchObject({ verdict: 'failed' });
  });

  it('takes any percentile, of any clock and operation, in any unit', () => {
    const many = [anInterval(0, { operations: { READ: anOperation([...steady(19_980, 2), ...steady(20, 50)]) } })];
    const actual = (metric: string, fields: Partial<Threshold> = {}) =>
      summarise({ ...facts({ thresholds: [threshold(metric, '<', 1, fields)] }), intervals: many }).thresholds[0]
        ?.actual;
    expect(actual('p99.85Ms')).toBeCloseTo(2, 1);
    expect(actual('p99.95Ms', { operation: 'READ' })).toBeCloseTo(50, 1);
    expect(actual('p99.95Ms', { type: 'rt' })).toBeNull();
    expect(actual('p99.99Ms')).toBeNull();
    expect(actual('operations.READ.serviceTime.p99.95Ms', { unit: 'us' })).toBeCloseTo(50_000, -2);
    expect(actual('operations.READ.completed')).toBe(20_000);
    expect(actual('durationMs', { unit: 's' })).toBe(1);
    expect(actual('coverage', { unit: '%' })).toBe(100);
    expect(actual('errors.readTimeout')).toBe(0);
  });

  it('judges what the kind reports', () => {
    const report = { kind: 'generate', storedBytes: 2 * 1024 ** 2, sizes: { meanBytes: 7 } } as unknown as RunReport;
    const thresholds = [
      threshold('report.storedBytes', '<=', 2, { unit: 'MiB' }),
      threshold('report.sizes.meanBytes', '>', 7),
      threshold('report.sizes', '>', 7),
    ];
    expect(
      summarise({ ...facts({ thresholds, report }), intervals }).thresholds.map(({ actual, passed }) => [
        actual,
        passed,
      ]),
    ).toEqual([
      [2, true],
      [7, false],
      [null, false],
    ]);
  });

  it.each([
    threshold('p50Ms', '<', 100, { operation: 'SCAN' }),
    threshold('p999Ms', '<', 100),
    threshold('p50Ms', '<', 100, { type: 'rt' }),
  ])('is failed when the figure is not there: %o', (one) => {
    expect(judged(one).thresholds).toEqual([{ threshold: one, actual: null, passed: false }]);
  });

  it('takes the response time where there is one', () => {
    const operation = anOperation(steady(1000, 1), { rt: encoded(steady(1000, 50)), wt: encoded(steady(1000, 49)) });
    const actual = (fields: Partial<Threshold>) =>
      summarise({
        ...facts({ thresholds: [threshold('p50Ms', '<', 10, fields)] }),
        intervals: [anInterval(0, { operations: { WRITE: operation } })],
      }).thresholds[0]?.actual;
    expect(actual({})).toBeCloseTo(50, 0);
    expect(actual({ type: 'st' })).toBeCloseTo(1, 2);
    expect(actual({ type: 'wt' })).toBeCloseTo(49, 0);
  });
});

describe('latency figures', () => {
  const figuresFor = (count: number) => {
    const histogram = Histogram.empty();
    for (let value = 1; value <= count; value++) histogram.record(value * 1e6);
    return figuresOf(histogram);
  };

  it.each([
    [199, false, false, false],
    [200, true, false, false],
    [999, true, false, false],
    [1000, true, true, false],
    [9999, true, true, false],
    [10_000, true, true, true],
  ])('of %d samples show a tail only where ten lie beyond it', (count, p95, p99, p999) => {
    const figures = figuresFor(count);
    expect([figures.p95Ms, figures.p99Ms, figures.p999Ms].map((value) => value !== null)).toEqual([p95, p99, p999]);
  });

  it('are milliseconds', () => {
    const { minMs, p50Ms, p95Ms, p99Ms, maxMs, meanMs, count } = figuresFor(1000);
    expect(count).toBe(1000);
    for (const [actual, expected] of [
      [minMs, 1],
      [p50Ms, 500],
      [p95Ms, 950],
      [p99Ms, 990],
      [maxMs, 1000],
      [meanMs, 500.5],
    ] as const) {
      expect(Math.abs((actual ?? 0) / expected - 1)).toBeLessThan(0.001);
    }
  });
});

it('several intervals of one operation are summarised over any length of time', () => {
  const summary = summariseOperations([anOperation(steady(10, 1)), anOperation(steady(30, 3))], 2000);
  expect(summary).toMatchObject({ completed: 40, ratePerSecond: 20, serviceTime: { count: 40 } });
  expect(summariseOperations([], 0)).toMatchObject({ completed: 0, ratePerSecond: 0, serviceTime: { count: 0 } });
});

it('shards of the target are added up over intervals and executors, and what differs is found', () => {
  const shard = (index: number, ms: number) => ({
    node: '127.0.0.1:9042',
    shard: index,
    operations: 500,
    errors: 0,
    sumNs: 500 * ms * 1e6,
    maxNs: ms * 1e6,
    // The bucket of 8 ms, or of 80 ms: 7,812 and 78,125 units of 1,024 ns.
    buckets: [ms === 8 ? 32 + (12 - 5) * 16 + 14 : 32 + (16 - 5) * 16 + 3, 500],
  });
  const self = aSelf({ targetShards: [shard(0, 8), shard(1, 80), shard(2, 8)] });
  const summary = summarise({
    ...facts(),
    intervals: [0, 1].flatMap((shardIndex) => [anInterval(0, { shardIndex, self }), anInterval(1, { shardIndex })]),
  });
  expect(summary.targetShards?.map(({ operations, meanMs }) => [operations, meanMs])).toEqual([
    [1000, 8],
    [1000, 80],
    [1000, 8],
  ]);
  expect(summary.findings?.map(({ code, subject }) => [code, subject])).toEqual([
    ['SHARD_SLOW', '127.0.0.1:9042 shard 1'],
  ]);
  expect(summarise({ ...facts(), intervals: [anInterval(0)] })).not.toHaveProperty('findings');
});
