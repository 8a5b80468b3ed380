import { describe, expect, it } from 'vitest';
import { groupOf, groupsOf, Placement } from './placement.js';

const eu = { region: 'eu' };

describe('Placement', () => {
  it('is one executor when nothing is said', () => {
    expect(Placement.parse({})).toEqual({ executors: 1, labels: {} });
  });

  it('takes executors or count with labels', () => {
    expect(Placement.parse({ executors: 2, labels: eu })).toEqual({ executors: 2, labels: eu });
    expect(Placement.parse({ count: 3, labels: eu })).toEqual({ executors: 3, labels: eu });
  });

  it('takes groups, whose sum is the number of all, and takes its own answer again', () => {
    const placement = Placement.parse({
      labels: { disk: 'nvme' },
      groups: [{ count: 3, labels: eu }, { labels: { region: 'us' } }],
    });
    expect(placement.executors).toBe(4);
    expect(Placement.parse(placement)).toEqual(placement);
    expect(groupsOf(placement)).toEqual([
      { count: 3, labels: { disk: 'nvme', region: 'eu' } },
      { count: 1, labels: { disk: 'nvme', region: 'us' } },
    ]);
    expect([0, 1, 2, 3].map((index) => groupOf(placement, index))).toEqual([0, 0, 0, 1]);
  });

  it('refuses what contradicts itself', () => {
    const messages = (value: unknown) =>
      Placement.safeParse(value).error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
    expect(messages({ executors: 2, groups: [{ count: 3 }] })).toEqual([
      'executors: expected 3, as the rest of it says',
    ]);
    expect(messages({ executors: 2, count: 3 })).toEqual(['count: expected 2, as the rest of it says']);
    expect(messages({ groups: [{ count: 600 }, { count: 600 }] })).toEqual(['groups: expected at most 1000 executors']);
  });
});
