import { expect, it } from 'vitest';
import { csvLine, INTERVAL_COLUMNS, intervalRow, shardRow } from './csv.js';

const figures = { count: 3, meanMs: 1.5, p50Ms: 1.25, p95Ms: null, p99Ms: null, p999Ms: null, maxMs: 2.5, minMs: 0.5 };

it('a row has a value for every column, in order, and nothing where a figure is unknown', () => {
  const row = intervalRow({
    interval: 4,
    startMs: 1_763_683_204_000,
    lengthMs: 1000,
    operation: 'WRITE',
    executorId: null,
    scheduled: 4,
    completed: 4,
    failed: 1,
    dropped: 2,
    retries: 5,
    partitions: 3,
    rows: 3,
    errors: { clientTimeout: 1 },
    ratePerSecond: 3,
    serviceTime: figures,
    responseTime: null,
    waitTime: null,
  });
  expect(row).toBe(
    '4,2025-11-21T00:00:04.000Z,1000,WRITE,,4,4,1,2,5,3,3,3,3,1.5,1.25,,,,2.5,0.5,,,,,,,,,,,,,,,,,clientTimeout=1\r\n',
  );
  expect(row.trimEnd().split(',')).toHaveLength(INTERVAL_COLUMNS.length);
});

it('a shard of the target has its figures in the same columns', () => {
  const shard = {
    node: '10.0.0.2:9042',
    shard: 3,
    operations: 40,
    errors: 2,
    meanMs: 1.5,
    p50Ms: 1,
    p99Ms: null,
    maxMs: 9,
  };
  const row = shardRow(shard, { interval: 4, startMs: 1_763_683_204_000, lengthMs: 5000 });
  const values = row.trimEnd().split(',');
  expect(values).toHaveLength(INTERVAL_COLUMNS.length);
  const told = Object.fromEntries(INTERVAL_COLUMNS.map((name, index) => [name, values[index]]));
  expect(Object.fromEntries(Object.entries(told).filter(([, value]) => value !== ''))).toEqual({
    interval: '4',
    start: '2025-11-21T00:00:04.000Z',
    lengthMs: '5000',
    operation: 'shard 10.0.0.2:9042/3',
    completed: '40',
    failed: '2',
    ratePerSecond: '7.6',
    'st.count': '38',
    'st.meanMs': '1.5',
    'st.p50Ms': '1',
    'st.maxMs': '9',
  });
});

it('texts are quoted where CSV needs it and made harmless where a spreadsheet would run them', () => {
  expect(csvLine(['a,b', 'say "x"', '=1+1', 'two\nlines', null, -5])).toBe(
    `"a,b","say ""x""",'=1+1,"two\nlines",,-5\r\n`,
  );
});
