import { describe, expect, it } from 'vitest';
import { OpenPartitions, rowsOfVisit } from './open-partitions.js';

const counting = () => {
  let item = 0;
  return () => item++;
};

describe('OpenPartitions', () => {
  it('ends one partition before it begins the next when the oldest is always revisited', () => {
    const open = new OpenPartitions({ fresh: counting(), visits: () => 3, revisit: () => 0 });
    const taken = Array.from({ length: 7 }, () => open.take());
    expect(taken.map(({ item, part }) => `${item}.${part}`)).toEqual(['0.0', '0.1', '0.2', '1.0', '1.1', '1.2', '2.0']);
  });

  it('keeps as many open as the revisit distribution reaches', () => {
    let turn = 0;
    const open = new OpenPartitions({ fresh: counting(), visits: () => 2, revisit: () => turn++ % 3 });
    const items = Array.from({ length: 60 }, () => open.take());
    const counts = new Map<number, number>();
    for (const { item } of items) counts.set(item, (counts.get(item) ?? 0) + 1);
    expect(Math.max(...counts.values())).toBe(2);
    expect([...counts.values()].filter((count) => count < 2).length).toBeLessThanOrEqual(3);
  });

  it('always begins a new one beyond what is open, and never opens one that has a single visit', () => {
    const open = new OpenPartitions({ fresh: counting(), visits: () => 1, revisit: () => 0 });
    expect(Array.from({ length: 4 }, () => open.take().item)).toEqual([0, 1, 2, 3]);
  });

  it('begins anew after it was cleared', () => {
    const open = new OpenPartitions({ fresh: counting(), visits: () => 5, revisit: () => 0 });
    open.take();
    open.clear();
    expect(open.take()).toEqual({ item: 1, part: 0, parts: 5 });
  });
});

describe('rowsOfVisit', () => {
  it.each([
    [10, 3],
    [10, 10],
    [3, 10],
    [1, 1],
    [7, 2],
  ])('splits %i rows over %i visits without gap or overlap', (rows, parts) => {
    const seen = Array.from({ length: parts }, (_, part) => rowsOfVisit({ part, parts }, rows)).flatMap(([from, to]) =>
      Array.from({ length: to - from }, (_, index) => from + index),
    );
    expect(seen).toEqual(Array.from({ length: rows }, (_, index) => index));
  });
});
