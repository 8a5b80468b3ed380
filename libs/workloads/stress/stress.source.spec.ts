import { describe, expect, it } from 'vitest';
import { READ, WRITE } from '#libs/stress/operations.js';
import { populationOf } from '#libs/stress/population.js';
import { sampleSpec } from './sample-spec.js';
import { sampler } from './sampler.js';
import { StressSource } from './stress.source.js';
import type { Population, StressPlanSpec } from './stress.schema.js';

const share = (first: number, stride: number) => ({ first, stride, threads: 1 });
const lanes = (count: number) => Array.from({ length: count }, (_, first) => share(first, count));
const count = (operations: number) => ({ stop: { type: 'operations' as const, count: operations } });

interface Item {
  seed: number;
  operation: number;
}
function take(source: StressSource, most = 1e6): Item[] {
  const items: Item[] = [];
  while (items.length < most && source.next()) items.push({ seed: source.seed, operation: source.operation });
  return items;
}
const seedsOf = (spec: StressPlanSpec, population: Population, laneCount: number) =>
  lanes(laneCount)
    .flatMap((lane) => take(new StressSource(spec, population, lane)))
    .map(({ seed }) => seed);
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

describe('StressSource over a sequence', () => {
  const population = { type: 'sequence', from: 5, to: 14, wrap: true } as const;
  const ten = Array.from({ length: 10 }, (_, index) => 5 + index);

  it.each([1, 2, 3, 7, 10, 13])('gives every key exactly once over %i lanes', (laneCount) => {
    expect(seedsOf(sampleSpec(count(10)), population, laneCount).sort((a, b) => a - b)).toEqual(ten);
  });

  it.each([1, 2, 3, 4])('wraps evenly over %i lanes, even when lanes and range share a divisor', (laneCount) => {
    const seeds = seedsOf(sampleSpec(count(30)), population, laneCount);
    for (const key of ten) expect(seeds.filter((seed) => seed === key)).toHaveLength(3);
  });

  it('ends where the sequence ends when it may not wrap, however much was asked for', () => {
    const once = { ...population, wrap: false };
    for (const stop of [count(1000).stop, { type: 'duration' as const, durationMs: 60_000 }]) {
      expect(seedsOf(sampleSpec({ stop }), once, 3).sort((a, b) => a - b)).toEqual(ten);
    }
    expect(seedsOf(sampleSpec(count(4)), once, 3).sort((a, b) => a - b)).toEqual([5, 6, 7, 8]);
  });

  it('never ends by itself when the run ends by time', () => {
    const source = new StressSource(
      sampleSpec({ stop: { type: 'duration', durationMs: 1000 } }),
      population,
      share(0, 1),
    );
    expect(take(source, 5_000)).toHaveLength(5_000);
  });

  it('keeps large keys exact', () => {
    const far = { type: 'sequence', from: 2 ** 52, to: 2 ** 52 + 2, wrap: true } as const;
    expect(seedsOf(sampleSpec(count(4)), far, 1)).toEqual([2 ** 52, 2 ** 52 + 1, 2 ** 52 + 2, 2 ** 52]);
  });
});

describe('StressSource over a distribution', () => {
  const spec = sampleSpec(count(20_000));
  const draw = (distribution: (Population & { type: 'distribution' })['distribution'], laneCount = 1) =>
    seedsOf(spec, { type: 'distribution', distribution }, laneCount);

  it('draws uniformly over the whole range, bounds included, whole numbers only', () => {
    const seeds = draw({ type: 'uniform', min: 3, max: 12 }, 3);
    expect(seeds).toHaveLength(20_000);
    for (let key = 3; key <= 12; key++) {
      expect(Math.abs(seeds.filter((seed) => seed === key).length - 2_000)).toBeLessThan(200);
    }
  });

  it('draws a normal distribution of the mean and width that were asked for, inside its bounds', () => {
    const seeds = draw({ type: 'gaussian', min: 1, max: 100_000 });
    expect(mean(seeds)).toBeGreaterThan(49_500);
    expect(mean(seeds)).toBeLessThan(50_500);
    const deviation = Math.sqrt(mean(seeds.map((seed) => (seed - 50_000) ** 2)));
    expect(deviation).toBeGreaterThan(16_200);
    expect(deviation).toBeLessThan(17_100);
    expect(seeds.every((seed) => Number.isInteger(seed) && seed >= 1 && seed <= 100_000)).toBe(true);
    const narrow = draw({ type: 'gaussian', min: 1, max: 1000, mean: 900, stdev: 10 });
    expect(Math.abs(mean(narrow) - 899.5)).toBeLessThan(1);
    expect(Math.max(...draw({ type: 'gaussian', min: 1, max: 10, mean: 10, stdev: 100 }))).toBe(10);
  });

  it('draws a fixed value', () => {
    expect(new Set(draw({ type: 'fixed', value: 7 }))).toEqual(new Set([7]));
  });

  it('repeats itself with the same seed, and not with another, nor in another lane', () => {
    const of = (seed: number, first: number) =>
      take(
        new StressSource(
          sampleSpec({ seed, ...count(50) }),
          { type: 'distribution', distribution: { type: 'uniform', min: 1, max: 1e9 } },
          share(first, 2),
        ),
      );
    expect(of(1, 0)).toEqual(of(1, 0));
    expect(of(1, 0)).not.toEqual(of(2, 0));
    expect(of(1, 0)).not.toEqual(of(1, 1));
  });
});

describe('StressSource of a mixed run', () => {
  it('keeps the ratio, and stays with one type for as long as the clustering says', () => {
    const spec = sampleSpec({
      operation: 'mixed',
      ratio: { write: 1, read: 3 },
      clustering: { type: 'fixed', value: 4 },
      ...count(40_000),
    });
    const operations = take(new StressSource(spec, populationOf(spec), share(0, 1))).map((item) => item.operation);
    expect(Math.abs(operations.filter((operation) => operation === READ).length / 40_000 - 0.75)).toBeLessThan(0.02);
    for (let at = 0; at < operations.length; at += 4) {
      expect(new Set(operations.slice(at, at + 4)).size).toBe(1);
    }
  });

  it('does only what has a share', () => {
    const spec = sampleSpec({ operation: 'mixed', ratio: { write: 2, read: 0 }, ...count(100) });
    const operations = take(new StressSource(spec, populationOf(spec), share(0, 1))).map((item) => item.operation);
    expect(new Set(operations)).toEqual(new Set([WRITE]));
  });
});

describe('sampler', () => {
  it('reaches both ends of a range and never leaves it', () => {
    const uniform = (random: number) => sampler({ type: 'uniform', min: 2, max: 4 }, () => random)();
    expect([uniform(0), uniform(0.5), uniform(1 - 2 ** -53)]).toEqual([2, 3, 4]);
  });
});

const profileOf = (partitions: string): string => `
keyspace: k
table: t
columnspec: []
insert:
  partitions: ${partitions}
token_range_queries:
  scan:
    page_size: 10
`;
const userRun = (partitions: string, operations: Record<string, number>, items: number) =>
  sampleSpec({
    ...count(items),
    operation: 'user',
    user: { profiles: [{ name: 'p.yaml', yaml: profileOf(partitions) }], operations },
    clustering: { type: 'fixed', value: 1 },
  });

describe('StressSource of operations on several partitions', () => {
  const population = { type: 'sequence', from: 1, to: 100, wrap: true } as const;
  const itemsOf = (source: StressSource): number[][] => {
    const taken: number[][] = [];
    while (source.next()) taken.push([source.seed, ...source.further.subarray(0, source.partitions - 1)]);
    return taken;
  };

  it('counts partitions, as the original does, and gives each once', () => {
    expect(itemsOf(new StressSource(userRun('fixed(4)', { insert: 1 }, 10), population, share(0, 1)))).toEqual([
      [1, 2, 3, 4],
      [5, 6, 7, 8],
      [9, 10],
    ]);
    const over = lanes(3).flatMap((lane) =>
      itemsOf(new StressSource(userRun('uniform(1..5)', { insert: 1 }, 100), population, lane)),
    );
    expect(over.flat().sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, index) => index + 1));
    expect(new Set(over.map((items) => items.length)).size).toBeGreaterThan(3);
  });

  it('waits for the gate without losing an item or the operation it drew', () => {
    let state: 'open' | 'waiting' | 'ended' = 'waiting';
    const gate = { guards: () => true, state: () => state };
    const source = new StressSource(userRun('fixed(1)', { scan: 1 }, 5), population, share(0, 1), gate);
    expect([source.next(), source.isWaiting]).toEqual([false, true]);
    state = 'open';
    expect([source.next(), source.seed, source.isWaiting]).toEqual([true, 1, false]);
    state = 'ended';
    expect([source.next(), source.isWaiting]).toEqual([false, false]);
  });
});
