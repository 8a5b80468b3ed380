import { describe, expect, it } from 'vitest';
import { planStress } from './stress.plan.js';
import { StressPlanSpec } from './stress.schema.js';

const spec = (threads: number, lanes: number) =>
  StressPlanSpec.parse({
    operation: 'write',
    stop: { type: 'operations', count: 1 },
    rate: { model: 'closed', threads },
    lanes,
  });

describe('planStress', () => {
  it.each([
    [1, 1, 1],
    [7, 2, 3],
    [128, 3, 2],
    [2, 4, 5],
    [200, 1, 7],
  ])('gives %i threads over %i lanes and %i executors exact shares', (threads, lanes, executors) => {
    const all = planStress(spec(threads, lanes), { executors }).flatMap((shard) => shard.lanes);
    expect(all.reduce((sum, lane) => sum + lane.threads, 0)).toBe(threads);
    expect(new Set(all.map((lane) => lane.first)).size).toBe(all.length);
    expect(Math.max(...all.map((lane) => lane.first))).toBe(all.length - 1);
    expect(all.every((lane) => lane.stride === all.length && lane.threads >= 1)).toBe(true);
  });

  it('makes no more shards than threads', () => {
    expect(planStress(spec(3, 1), { executors: 10 })).toHaveLength(3);
  });
});
