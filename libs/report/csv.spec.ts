import { expect, it } from 'vitest';
import { csvLine, INTERVAL_COLUMNS, intervalRow } from './csv.js';

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

it('texts are quoted where CSV needs it and made harmless where a spreadsheet would run them', () => {
  expect(csvLine(['a,b', 'say "x"', '=1+1', 'two\nlines', null, -5])).toBe(
    `"a,b","say ""x""",'=1+1,"two\nlines",,-5\r\n`,
  );
});
