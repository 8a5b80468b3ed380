import { quantileOf } from '#libs/stress/quantile.js';
import type { Distribution } from './distribution.schema.js';

type Draw = () => number;

/** Draws whole numbers from a distribution, bounded by its range as cassandra-stress bounds them. Allocation-free. */
export function sampler(distribution: Distribution, random: Draw): Draw {
  if (distribution.type === 'sequence') return sequence(distribution);
  if (distribution.type === 'gaussian' && distribution.inverted !== true) return gaussian(distribution, random);
  const quantile = quantileOf(distribution);
  return () => quantile(random());
}

function sequence({ min, max, inverted }: Extract<Distribution, { type: 'sequence' }>): Draw {
  let step = -1;
  return () => {
    step = step >= max - min ? 0 : step + 1;
    return inverted === true ? max - step : min + step;
  };
}

/** Cheaper than by its quantile function: key populations are mostly of this kind. */
const gaussian =
  (
    { min, max, mean = (min + max) / 2, stdev = (max - min) / 6 }: Extract<Distribution, { type: 'gaussian' }>,
    random: Draw,
  ): Draw =>
  () =>
    Math.max(min, Math.min(max, Math.trunc(mean + stdev * normal(random))));

/** A standard normal sample: Marsaglia's polar method. */
function normal(random: Draw): number {
  for (;;) {
    const x = 2 * random() - 1;
    const y = 2 * random() - 1;
    const square = x * x + y * y;
    if (square > 0 && square < 1) return x * Math.sqrt((-2 * Math.log(square)) / square);
  }
}
