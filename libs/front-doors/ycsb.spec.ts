import { describe, expect, it } from 'vitest';
import { workerRandom } from './worker-random.js';
import { OperationDraw } from './ycsb-draw.js';
import { YCSB_PRESETS, ycsbPreset } from './ycsb.js';

const DRAWS = 100_000;
const draws = <V>(draw: () => V): Map<V, number> => {
  const counts = new Map<V, number>();
  for (let index = 0; index < DRAWS; index++) {
    const drawn = draw();
    counts.set(drawn, (counts.get(drawn) ?? 0) + 1);
  }
  return counts;
};

describe('YCSB presets', () => {
  it("have YCSB's defaults", () => {
    expect(ycsbPreset('A')).toMatchObject({
      shares: { read: 0.5, update: 0.5, insert: 0, scan: 0, readModifyWrite: 0 },
      requestDistribution: 'zipfian',
      recordCount: 1_000,
      operationCount: 1_000,
      fieldCount: 10,
      fieldLengthBytes: 100,
      readAllFields: true,
      writeAllFields: false,
      scanLength: { min: 1, max: 1_000 },
      insertOrder: 'hashed',
    });
    expect(ycsbPreset('E', { recordCount: 5 })).toMatchObject({ scanLength: { min: 1, max: 100 }, recordCount: 5 });
    expect(() => ycsbPreset('A', { recordCount: 0 })).toThrow('recordCount');
    expect(Object.keys(YCSB_PRESETS)).toEqual(['A', 'B', 'C', 'D', 'E', 'F']);
  });

  it.each(['A', 'B', 'C', 'D', 'E', 'F'] as const)('%s draws operations by its shares', (preset) => {
    const spec = ycsbPreset(preset);
    const operations = new OperationDraw(spec, workerRandom(1, 0));
    const drawn = draws(() => operations.next());
    const shares = Object.entries(spec.shares).filter(([, share]) => share > 0);
    expect([...drawn.keys()].toSorted()).toEqual(shares.map(([operation]) => operation).toSorted());
    // Four standard deviations of the largest.
    for (const [operation, count] of drawn)
      expect(Math.abs(count / DRAWS - spec.shares[operation])).toBeLessThan(4 * Math.sqrt(0.25 / DRAWS));
  });
});
