import { describe, expect, it } from 'vitest';
import { YcsbSpec } from '#libs/workloads/stress/ycsb.schema.js';
import { YCSB_OPERATIONS } from './operation-weights.js';
import { workerRandom } from './worker-random.js';
import { OperationDraw } from './ycsb-draw.js';
import { coreWorkload } from './ycsb.js';

const DRAWS = 100_000;
const WORKLOADS = ['A', 'B', 'C', 'D', 'E', 'F'] as const;

describe('coreWorkload', () => {
  it("has YCSB's defaults, and each workload's own", () => {
    expect(coreWorkload(YcsbSpec.parse({}))).toEqual({
      shares: { read: 0.95, update: 0.05, insert: 0, scan: 0, readModifyWrite: 0 },
      requestDistribution: 'uniform',
      scanLength: { min: 1, max: 1_000 },
    });
    const of = (workload: string) => coreWorkload(YcsbSpec.parse({ workload }));
    expect(of('A')).toMatchObject({ shares: { read: 0.5, update: 0.5 }, requestDistribution: 'zipfian' });
    expect(of('D')).toMatchObject({ shares: { read: 0.95, insert: 0.05 }, requestDistribution: 'latest' });
    expect(of('E')).toMatchObject({ shares: { scan: 0.95, insert: 0.05 }, scanLength: { min: 1, max: 100 } });
    expect(of('F')).toMatchObject({ shares: { read: 0.5, readModifyWrite: 0.5 } });
  });

  it('is overruled by what the run says itself', () => {
    const spec = YcsbSpec.parse({ workload: 'E', shares: { scan: 1 }, scanLength: { max: 7 } });
    expect(coreWorkload(spec)).toMatchObject({
      shares: { scan: 1, insert: 0 },
      requestDistribution: 'zipfian',
      scanLength: { min: 1, max: 7 },
    });
    expect(() => YcsbSpec.parse({ shares: { scan: 0.5 } })).toThrow('expected shares that sum up to 1');
  });

  it.each(WORKLOADS)('%s draws operations by its shares', (workload) => {
    const spec = YcsbSpec.parse({ workload });
    const operations = new OperationDraw(spec, workerRandom(1, 0));
    const drawn = new Map<number, number>();
    for (let index = 0; index < DRAWS; index++) {
      const operation = operations.next();
      drawn.set(operation, (drawn.get(operation) ?? 0) + 1);
    }
    const { shares } = coreWorkload(spec);
    // Four standard deviations of the largest.
    for (const [index, name] of YCSB_OPERATIONS.entries())
      expect(Math.abs((drawn.get(index) ?? 0) / DRAWS - shares[name])).toBeLessThan(
        shares[name] === 0 ? 1e-9 : 4 * Math.sqrt(0.25 / DRAWS),
      );
  });
});
