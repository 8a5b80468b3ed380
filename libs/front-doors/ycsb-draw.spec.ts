import { describe, expect, it } from 'vitest';
import { workerRandom } from './worker-random.js';
import { KeyDraw, scanLengthOf, ycsbKey } from './ycsb-draw.js';
import { ycsbPreset } from './ycsb.js';
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

describe('KeyDraw', () => {
  it('of workload D prefers what was inserted last, by the law of Zipf', () => {
    const spec = ycsbPreset('D', { recordCount: 1000 });
    const keys = new KeyDraw(spec, workerRandom(1, 0));
    expect([keys.insert(), keys.insert(), keys.count]).toEqual([1000, 1001, 1002]);
    const drawn = draws(() => keys.next());
    expect((drawn.get(1001) ?? 0) / DRAWS).toBeCloseTo(1 / zeta(1002), 2);
    expect((drawn.get(1000) ?? 0) / DRAWS).toBeCloseTo(0.5 ** 0.99 / zeta(1002), 2);
    expect(Math.min(...drawn.keys())).toBeGreaterThanOrEqual(0);
    expect(Math.max(...drawn.keys())).toBe(1001);
  });

  it('of workload E keeps the popular keys while rows are inserted, and draws no row before it exists', () => {
    const spec = ycsbPreset('E', { recordCount: 100, operationCount: 10_000 });
    const keys = new KeyDraw(spec, workerRandom(1, 0));
    const most = (counts: Map<number, number>) => [...counts].toSorted((a, b) => b[1] - a[1])[0]?.[0];
    const before = draws(() => keys.next());
    expect(Math.max(...before.keys())).toBe(99);
    for (let index = 0; index < 10; index++) keys.insert();
    const after = draws(() => keys.next());
    expect(Math.max(...after.keys())).toBe(109);
    expect(most(after)).toBe(most(before));
  });

  it('of a uniform workload takes every row as often', () => {
    const spec = { ...ycsbPreset('C', { recordCount: 10 }), requestDistribution: 'uniform' as const };
    const keys = new KeyDraw(spec, workerRandom(1, 3));
    for (const count of draws(() => keys.next()).values()) expect(Math.abs(count / DRAWS - 0.1)).toBeLessThan(0.005);
  });
});

describe('names and lengths', () => {
  it('are those of YCSB', () => {
    expect(ycsbKey(0, 'hashed')).toBe('user6284781860667377211');
    expect(ycsbKey(1, 'hashed')).toBe('user8517097267634966620');
    expect(ycsbKey(12, 'ordered')).toBe('user12');
  });

  it('of scans include both ends', () => {
    const spec = ycsbPreset('E', { scanLength: { min: 2, max: 4 } });
    expect([0, 0.5, 0.999].map((draw) => scanLengthOf(spec, () => draw))).toEqual([2, 3, 4]);
  });
});
