import { expect, it } from 'vitest';
import { formatBytes, formatCompact, formatDuration, formatFigure, formatMs } from './format.js';
import { formatRoute, parseRoute, runRoute } from './route.js';

it.each([
  [formatMs(0.0423), '42.3\u00a0µs'],
  [formatMs(1.2345), '1.23\u00a0ms'],
  [formatMs(12_345), '12.3\u00a0s'],
  [formatMs(null), '–'],
  [formatMs(0), '0\u00a0ms'],
  [formatFigure(1234.6), '1,235'],
  [formatCompact(1_234_567), '1.2M'],
  [formatDuration(5_400), '0:05'],
  [formatDuration(3_723_000), '1:02:03'],
  [formatDuration(2 * 86_400_000 + 61_000), '2 d 0:01:01'],
  [formatBytes(1536), '1.5 KiB'],
  [formatBytes(0), '0 B'],
])('a figure is told as %s', (told, expected) => {
  expect(told).toBe(expected);
});

it('a route leads back to where it came from, whatever a name holds', () => {
  const { parts, query } = parseRoute(formatRoute(['runs', 'a/b?c'], { label: 'team:x&y', kind: '' }));
  expect(parts).toEqual(['runs', 'a/b?c']);
  expect([...query]).toEqual([['label', 'team:x&y']]);
  expect(runRoute('17')).toBe('#/runs/17');
  expect(parseRoute('#/runs/%zz').parts).toEqual(['runs', '%zz']);
});
