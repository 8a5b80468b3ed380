import { describe, expect, it } from 'vitest';
import { sampleSpec } from './sample-spec.js';
import { scheduleOf } from './schedule.js';
import { planStress } from './stress.plan.js';
import { shareOf, StressSource } from './stress.source.js';

const spec = (threads: number, lanes: number) => sampleSpec({ rate: { model: 'closed', threads }, lanes });
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

/** threads, lanes, executors: even and uneven splits, fewer threads than executors, fewer threads than lanes. */
const SPLITS = [
  [1, 1, 1],
  [7, 2, 3],
  [128, 3, 2],
  [2, 4, 5],
  [200, 1, 7],
  [5, 4, 3],
] as const;

describe('planStress', () => {
  it.each(SPLITS)('gives %i threads over %i lanes and %i executors exact shares', (threads, lanes, executors) => {
    const shards = planStress(spec(threads, lanes), { executors });
    const all = shards.flatMap((shard) => shard.lanes);
    expect(shards.map(({ index, count }) => [index, count])).toEqual(shards.map((_, index) => [index, shards.length]));
    expect(sum(all.map((lane) => lane.threads))).toBe(threads);
    expect(all.map((lane) => lane.first).sort((a, b) => a - b)).toEqual(all.map((_, index) => index));
    expect(all.every((lane) => lane.stride === all.length && lane.threads >= 1)).toBe(true);
    const threadCounts = all.map((lane) => lane.threads);
    expect(Math.max(...threadCounts) - Math.min(...threadCounts)).toBeLessThanOrEqual(1);
  });

  it('makes no more shards than threads, and no lane without a thread', () => {
    expect(planStress(spec(3, 1), { executors: 10 })).toHaveLength(3);
    expect(planStress(spec(3, 8), { executors: 2 }).map((shard) => shard.lanes.length)).toEqual([1, 1]);
  });

  it.each(SPLITS)(
    'splits any count and the whole key range exactly: %i threads, %i lanes, %i executors',
    (threads, lanes, executors) => {
      for (const count of [0, 1, 2, 29, 30, 1_000_003]) {
        const plan = planStress(spec(threads, lanes), { executors }).flatMap((shard) => shard.lanes);
        const shares = plan.map((lane) => shareOf(count, lane));
        expect(sum(shares)).toBe(count);
        expect(Math.max(...shares) - Math.min(...shares)).toBeLessThanOrEqual(1);
      }
      const run = { ...spec(threads, lanes), stop: { type: 'operations' as const, count: 61 } };
      const keys = planStress(run, { executors })
        .flatMap((shard) => shard.lanes)
        .flatMap((lane) => {
          const source = new StressSource(run, { type: 'sequence', from: 100, to: 160, wrap: true }, lane);
          const seeds: number[] = [];
          while (source.next()) seeds.push(source.seed);
          return seeds;
        });
      expect(keys.sort((a, b) => a - b)).toEqual(Array.from({ length: 61 }, (_, index) => 100 + index));
    },
  );

  it.each(SPLITS)(
    'splits the rate exactly: %i threads, %i lanes, %i executors are due when one lane would be',
    (threads, lanes, executors) => {
      const ratePerSecond = 1_501;
      const rate = { model: 'open' as const, threads, ratePerSecond };
      const run = sampleSpec({ rate, lanes });
      const schedules = planStress(run, { executors })
        .flatMap((shard) => shard.lanes)
        .map((lane) => scheduleOf(run, lane));
      for (const seconds of [1, 2, 60]) {
        expect(sum(schedules.map((schedule) => schedule?.countBefore(seconds * 1e9) ?? 0))).toBe(
          ratePerSecond * seconds,
        );
      }
      const due = schedules
        .flatMap((schedule) => [0, 1, 2].map((index) => schedule?.dueNs(index) ?? -1))
        .sort((a, b) => a - b);
      for (const [item, atNs] of due.entries()) expect(atNs).toBeCloseTo((item * 1e9) / ratePerSecond, 3);
    },
  );

  it('throttles over all lanes together, and paces nothing without a throttle', () => {
    const throttled = sampleSpec({ rate: { model: 'closed', threads: 8, throttlePerSecond: 100 }, lanes: 3 });
    const lanes = planStress(throttled, { executors: 2 }).flatMap((shard) => shard.lanes);
    expect(sum(lanes.map((lane) => scheduleOf(throttled, lane)?.countBefore(1e9) ?? 0))).toBe(100);
    expect(scheduleOf(spec(8, 3), { first: 0, stride: 1, threads: 8 })).toBeUndefined();
  });
});
