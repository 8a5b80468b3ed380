import { describe, expect, it } from 'vitest';
import { hasLabels } from '#libs/contract/placement.js';
import { allot, servedOf, type Share, suppliesOf } from './allot.js';

const share = (count: number, labels: Record<string, string> = {}): Share => ({ labels, count });

describe('allot', () => {
  it('gives a place that anybody could fill to the one who can fill no other', () => {
    const supplies = [share(1, { region: 'eu' }), share(1, { region: 'us' })];
    expect(allot([share(1), share(1, { region: 'eu' })], supplies)).toEqual([
      [0, 1],
      [1, 0],
    ]);
  });

  it('takes nothing from an earlier demand for a later one', () => {
    const given = allot([share(2, { region: 'eu' }), share(1, { region: 'eu' })], [share(2, { region: 'eu' })]);
    expect([servedOf(given, 0), servedOf(given, 1)]).toEqual([2, 0]);
  });

  it('gives as many as any other way of giving, for 300 random cases', () => {
    let seed = 7;
    const random = (below: number) => (seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31) % below;
    const labels = () => Object.fromEntries(['a', 'b'].filter(() => random(2) === 0).map((name) => [name, 'x']));
    for (let round = 0; round < 300; round++) {
      const executors = Array.from({ length: random(6) }, () => ({ labels: labels() }));
      const demands = Array.from({ length: 1 + random(3) }, () => share(1 + random(3), labels()));
      const supplies = suppliesOf(executors);
      const given = allot(demands, supplies);
      for (const [index, { count }] of supplies.entries())
        expect(given.reduce((sum, row) => sum + (row[index] ?? 0), 0)).toBeLessThanOrEqual(count);
      const total = demands.reduce((sum, _, index) => sum + servedOf(given, index), 0);
      expect(total).toBe(mostOf(executors, demands));
    }
  });
});

/** The most that any assignment serves, by trying all of them. */
function mostOf(executors: readonly { labels: Record<string, string> }[], demands: readonly Share[]): number {
  const [first, ...rest] = executors;
  if (first === undefined) return 0;
  const without = mostOf(rest, demands);
  const withFirst = demands.map(({ labels, count }, index) =>
    count > 0 && hasLabels(first.labels, labels)
      ? 1 + mostOf(rest, demands.with(index, { labels, count: count - 1 }))
      : 0,
  );
  return Math.max(without, ...withFirst);
}
