import type { Distribution } from './stress.schema.js';

/** Draws whole numbers from a distribution, bounded by its range as cassandra-stress bounds them. Allocation-free. */
export function sampler(distribution: Distribution, random: () => number): () => number {
  const samplers = {
    fixed: (value: Extract<Distribution, { type: 'fixed' }>) => () => value.value,
    uniform:
      ({ min, max }: Extract<Distribution, { type: 'uniform' }>) =>
      () =>
        min + Math.floor(random() * (max - min + 1)),
    gaussian:
      ({ min, max, mean = (min + max) / 2, stdev = (max - min) / 6 }: Extract<Distribution, { type: 'gaussian' }>) =>
      () =>
        Math.max(min, Math.min(max, Math.trunc(mean + stdev * normal(random)))),
  };
  if (distribution.type === 'fixed') return samplers.fixed(distribution);
  if (distribution.type === 'uniform') return samplers.uniform(distribution);
  return samplers.gaussian(distribution);
}

/** A standard normal sample: Marsaglia's polar method. */
function normal(random: () => number): number {
  for (;;) {
    const x = 2 * random() - 1;
    const y = 2 * random() - 1;
    const square = x * x + y * y;
    if (square > 0 && square < 1) return x * Math.sqrt((-2 * Math.log(square)) / square);
  }
}
