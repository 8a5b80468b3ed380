import { describe, expect, it } from 'vitest';
import { YcsbSpec } from '#libs/workloads/stress/ycsb.schema.js';
import { workerRandom } from './worker-random.js';
import { KeyDraw } from './ycsb-draw.js';
import { zeta } from './zipfian.js';

const DRAWS = 100_000;
const draws = <V>(draw: () => V): Map<V, number> => {
  const counts = new Map<V, number>();
  for (let index = 0; index < DRAWS; index++) {
    const drawn = draw();
    counts.set(drawn, (counts.get(drawn) ?? 0) + 1);
  }
  return counts;
};
const insertAll = (keys: KeyDraw, count: number): void => {
  for (let index = 0; index < count; index++) keys.acknowledge(keys.insert());
};

describe('KeyDraw', () => {
  it('of workload D prefers what was inserted last, by the law of Zipf', () => {
    const keys = new KeyDraw(YcsbSpec.parse({ workload: 'D', recordCount: 1000 }), workerRandom(1, 0));
    insertAll(keys, 2);
    expect(keys.count).toBe(1002);
    const drawn = draws(() => keys.next());
    expect((drawn.get(1001) ?? 0) / DRAWS).toBeCloseTo(1 / zeta(1002), 2);
    expect((drawn.get(1000) ?? 0) / DRAWS).toBeCloseTo(0.5 ** 0.99 / zeta(1002), 2);
    expect(Math.min(...drawn.keys())).toBeGreaterThanOrEqual(0);
    expect(Math.max(...drawn.keys())).toBe(1001);
  });

  it('of workload E keeps the popular keys while rows are inserted, and draws no row before it exists', () => {
    const keys = new KeyDraw(YcsbSpec.parse({ workload: 'E', recordCount: 100 }), workerRandom(1, 0), 10_000);
    const most = (counts: Map<number, number>) => [...counts].toSorted((a, b) => b[1] - a[1])[0]?.[0];
    const before = draws(() => keys.next());
    expect(Math.max(...before.keys())).toBe(99);
    insertAll(keys, 10);
    const after = draws(() => keys.next());
    expect(Math.max(...after.keys())).toBe(109);
    expect(most(after)).toBe(most(before));
  });

  it('of a uniform workload takes every row as often', () => {
    const keys = new KeyDraw(YcsbSpec.parse({ recordCount: 10 }), workerRandom(1, 3));
    for (const count of draws(() => keys.next()).values()) expect(Math.abs(count / DRAWS - 0.1)).toBeLessThan(0.005);
  });

  it('knows a new row only once all before it have been acknowledged', () => {
    const keys = new KeyDraw(YcsbSpec.parse({ recordCount: 10 }), workerRandom(1, 0));
    const [first, second, third] = [keys.insert(), keys.insert(), keys.insert()];
    keys.acknowledge(third);
    keys.acknowledge(second);
    expect(keys.count).toBe(10);
    keys.acknowledge(first);
    expect(keys.count).toBe(13);
  });

  it('gives every lane new rows of its own, behind those that were loaded', () => {
    const spec = YcsbSpec.parse({ recordCount: 100, insertStart: 20 });
    const numbers = [0, 1].flatMap((first) => {
      const keys = new KeyDraw(spec, workerRandom(1, first), 0, { first, stride: 2 });
      return [keys.insert(), keys.insert(), keys.insert()].map((index) => keys.numberOfNew(index));
    });
    expect(numbers).toEqual([100, 102, 104, 101, 103, 105]);
    const keys = new KeyDraw(spec, workerRandom(1, 0));
    const drawn = [...draws(() => keys.next()).keys()];
    expect([Math.min(...drawn), Math.max(...drawn)]).toEqual([20, 99]);
  });
});
