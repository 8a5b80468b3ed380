import type { Distribution } from '#libs/workloads/stress/stress.schema.js';
import { JavaRandom } from './java-random.js';
import { quantileOf } from './quantile.js';

type Kind = Distribution['type'];
type Of<K extends Kind> = Extract<Distribution, { type: K }>;
/** The first sample after seeding with `seed` (whole, up to 53 bits). Allocation-free. */
export type SeededSample = (seed: number) => number;

const bounded = (min: number, max: number, value: number): number => Math.max(min, Math.min(max, Math.trunc(value)));

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

const SAMPLES: { [K in Kind]: (distribution: Of<K>, random: JavaRandom) => () => number } = {
  fixed:
    ({ value }) =>
    () =>
      value,
  // A sequence knows no seed: the original goes on counting, here it starts anew for each row.
  sequence:
    ({ min }) =>
    () =>
      min,
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
    return () => min + Math.min(max - min, Math.trunc(mean * exponential(random)));
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
 * What cassandra-stress draws first from a distribution that it has just seeded: column sizes are drawn so. The same as
 * Java's for fixed, uniform, gaussian, exponential and extreme.
 */
export function seededSample(distribution: Distribution): SeededSample {
  const random = new JavaRandom();
  // One cast for a table that the compiler cannot follow: each kind has its own entry.
  const make = SAMPLES[distribution.type] as (distribution: Distribution, random: JavaRandom) => () => number;
  const draw = make(distribution, random);
  const mirrored = distribution.type !== 'fixed' && distribution.inverted === true ? distribution : undefined;
  return (seed) => {
    random.setWhole(seed);
    const value = draw();
    return mirrored === undefined ? value : mirrored.max - (value - mirrored.min);
  };
}
