import { describe, expect, it } from 'vitest';
import type { WorkloadKind } from '#libs/contract/run.js';
import { Threshold } from '#libs/contract/summary.js';
import { thresholdIssues } from './threshold-check.js';

const issues = (kind: WorkloadKind, fields: Record<string, unknown>) =>
  thresholdIssues(kind, [Threshold.parse({ operator: '<', value: 1, ...fields })]);

describe('thresholds', () => {
  it.each<[WorkloadKind, Record<string, unknown>]>([
    ['stress', { metric: 'p99Ms', operation: 'READ', type: 'rt' }],
    ['stress', { metric: 'p99.95Ms', unit: 'us' }],
    ['stress', { metric: 'p999Ms' }],
    ['stress', { metric: 'operations.READ.serviceTime.p99.9Ms' }],
    ['stress', { metric: 'operations.simple.one.errors.readTimeout' }],
    ['stress', { metric: 'errors.overloaded', operation: 'WRITE' }],
    ['stress', { metric: 'errorRatio', unit: '%' }],
    ['stress', { metric: 'durationMs', unit: 'min' }],
    ['generate', { metric: 'report.storedBytes', unit: 'GiB' }],
    ['generate', { metric: 'report.sizes.largestDifference', unit: '%' }],
    ['load', { metric: 'report.rejected' }],
    ['query', { metric: 'report.missing' }],
  ])('of %s runs may be %o', (kind, fields) => {
    expect(issues(kind, fields)).toEqual([]);
  });

  it('of a metric that the kind has not are refused with all that it has', () => {
    const [issue] = issues('query', { metric: 'report.storedBytes' });
    expect(issue?.path).toBe('thresholds[0].metric');
    expect(issue?.message).toMatch(
      /^expected a metric of query runs \(ratePerSecond, errorRatio, .*found "report\.storedBytes"$/,
    );
    for (const name of [
      'p<percentile>Ms',
      'errors.<clientTimeout|',
      'durationMs',
      'report.missing',
      'report.queueDepthMax',
    ])
      expect(issue?.message).toContain(name);
    expect(issue?.message).not.toContain('report.badRows');
    expect(issues('stress', { metric: 'report.missing' })[0]?.message).not.toContain('report.missing,');
  });

  it.each([
    [{ metric: 'p101Ms' }, 'metric'],
    [{ metric: 'p99' }, 'metric'],
    [{ metric: 'errors.nonsense' }, 'metric'],
    [{ metric: 'operations.READ.serviceTime.p99' }, 'metric'],
    [{ metric: 'durationMs', operation: 'READ' }, 'operation'],
    [{ metric: 'operations.READ.completed', operation: 'READ' }, 'operation'],
    [{ metric: 'dropped', type: 'rt' }, 'type'],
    [{ metric: 'p99Ms', unit: 'MiB' }, 'unit'],
    [{ metric: 'dropped', unit: '%' }, 'unit'],
  ])('%o is refused for its %s', (fields, field) => {
    expect(issues('stress', fields).map(({ path }) => path)).toEqual([`thresholds[0].${field}`]);
  });

  it('say which units a metric has', () => {
    expect(issues('stress', { metric: 'p99Ms', unit: 'B' })[0]?.message).toBe(
      'expected one of ns, us, ms, s, min, h for p99Ms, found "B"',
    );
  });
});
