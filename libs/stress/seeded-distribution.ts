import type { Distribution } from '#libs/workloads/stress/distribution.schema.js';
import { JavaRandom } from './java-random.js';
import { quantileOf } from './quantile.js';

type Kind = Distribution['type'];
type Of<K extends Kind> = Extract<Distribution, { type: K }>;
/** A distribution as Java's cassandra-stress has it: seeded with 64 bits in halves, then drawn from. Allocation-free. */
export interface SeededDistribution {
  setSeed(seedHigh: number, seedLow: number): void;
  /** A whole number of the range. */
  next(): number;
  /** The same draw before it is cut to a whole number. */
  nextDouble(): number;
}

const bounded = (min: number, max: number, value: number): number => Math.max(min, Math.min(max, value));

/** Partial sums of ln(2)^k / k!, k from 1. */
const LN2_SUMS: readonly number[] = (() => {
  const sums: number[] = [];
  for (let k = 1, term = 1, sum = 0; sum < 1; k++) {
    term *= Math.LN2 / k;
    sum += term;
    if (sum === sums.at(-1)) break;
    sums.push(sum);
  }
  return sums;
})();

/** Standard exponential sample by Ahrens and Dieter's algorithm SA (1972), as commons-math draws it. */
function exponential(random: JavaRandom): number {
  const [ln2 = Math.LN2] = LN2_SUMS;
  let a = 0;
  let u = random.nextDouble();
  while (u < 0.5) {
    a += ln2;
    u *= 2;
  }
  u += u - 1;
  if (u <= ln2) return a + u;
  let least = random.nextDouble();
  let step = 0;
  do {
    step++;
    least = Math.min(least, random.nextDouble());
  } while (u > (LN2_SUMS[step] ?? 1));
  return a + least * ln2;
}

/** Mean of the exponential distribution over a range: see weibull in quantile.ts. */
const meanOf = (min: number, max: number): number =>
  max > min + 1 ? (max - min) / -Math.log1p(-(1 - Math.sqrt(1 / (max - min)))) : 0;

const DRAWS: { [K in Kind]: (distribution: Of<K>, random: JavaRandom) => () => number } = {
  fixed:
    ({ value }) =>
    () =>
      value,
  sequence: ({ min, max }) => {
    let next = min - 1;
    return () => (next = next >= max ? min : next + 1);
  },
  uniform:
    ({ min, max }, random) =>
    () => {
      const unit = random.nextDouble();
      return bounded(min, max, unit * (max + 1) + (1 - unit) * min);
    },
  gaussian:
    ({ min, max, mean = (min + max) / 2, stdev = (max - min) / 6 }, random) =>
    () =>
      bounded(min, max, stdev * random.nextGaussian() + mean),
  exponential: ({ min, max }, random) => {
    const mean = meanOf(min, max);
    return () => min + Math.min(max - min, mean * exponential(random));
  },
  extreme: (distribution, random) => {
    const quantile = quantileOf({ ...distribution, inverted: false });
    return () => quantile(random.nextDouble());
  },
  quantizedExtreme: (distribution, random) => {
    const quantile = quantileOf({ ...distribution, inverted: false });
    return () => quantile(random.nextDouble());
  },
};

/**
 * A distribution that draws what cassandra-stress draws after the same seed: exact for fixed, uniform, gaussian,
 * exponential and extreme ones. A sequence knows no seed and goes on counting.
 */
export function seededDistribution(distribution: Distribution): SeededDistribution {
  const random = new JavaRandom();
  // One cast for a table that the compiler cannot follow: each kind has its own entry.
  const make = DRAWS[distribution.type] as (distribution: Distribution, random: JavaRandom) => () => number;
  const draw = make(distribution, random);
  const mirrored = distribution.type !== 'fixed' && distribution.inverted === true ? distribution : undefined;
  return {
    setSeed: (high, low) => random.setSeed(high, low),
    next: mirrored === undefined ? () => Math.trunc(draw()) : () => mirrored.max - (Math.trunc(draw()) - mirrored.min),
    nextDouble: mirrored === undefined ? draw : () => mirrored.max - (draw() - mirrored.min),
  };
}
