import type { Distribution } from '#libs/workloads/stress/distribution.schema.js';
import { normalQuantile } from './normal-quantile.js';

type Kind = Distribution['type'];
type Of<K extends Kind> = Extract<Distribution, { type: K }>;
/** The value below which lies the share `probability` (0 to 1) of all samples. Allocation-free. */
export type Quantile = (probability: number) => number;

const within = (min: number, max: number, value: number): number => Math.max(min, Math.min(max, Math.trunc(value)));

/**
 * Weibull's distribution over a range; shape 1 is the exponential one. It is scaled so that the range ends where
 * sqrt(1 / (max - min)) of the probability is left, as cassandra-stress scales it.
 */
function weibull(min: number, max: number, shape: number): Quantile {
  const inverse = (probability: number) => Math.pow(-Math.log1p(-probability), 1 / shape);
  const scale = max > min ? (max - min) / inverse(1 - Math.sqrt(1 / (max - min))) : 0;
  // A range of two values leaves no probability beyond it, and then there is nothing to scale by.
  return Number.isFinite(scale) && scale > 0
    ? (probability) => Math.min(max, min + Math.trunc(scale * inverse(probability)))
    : () => min;
}

function quantized({ min, max, shape, quantas }: Of<'quantizedExtreme'>): Quantile {
  const whole = weibull(min, max, shape);
  const bounds = Float64Array.from({ length: quantas + 1 }, (_, step) =>
    step === quantas ? max + 1 : whole(step / quantas),
  );
  return (probability) => {
    const step = Math.min(quantas - 1, Math.floor(probability * quantas));
    const from = bounds[step] ?? min;
    return within(min, max, from + (probability * quantas - step) * ((bounds[step + 1] ?? from) - from));
  };
}

const QUANTILES: { [K in Kind]: (distribution: Of<K>) => Quantile } = {
  fixed:
    ({ value }) =>
    () =>
      value,
  sequence:
    ({ min, max }) =>
    (probability) =>
      within(min, max, min + probability * (max - min)),
  uniform:
    ({ min, max }) =>
    (probability) =>
      within(min, max, min + probability * (max + 1 - min)),
  gaussian:
    ({ min, max, mean = (min + max) / 2, stdev = (max - min) / 6 }) =>
    (probability) =>
      within(min, max, mean + stdev * normalQuantile(probability)),
  exponential: ({ min, max }) => weibull(min, max, 1),
  extreme: ({ min, max, shape }) => weibull(min, max, shape),
  quantizedExtreme: quantized,
};

/** The quantile function of a distribution. */
export function quantileOf(distribution: Distribution): Quantile {
  // One cast for a table that the compiler cannot follow: each kind has its own entry.
  const quantile = (QUANTILES[distribution.type] as (distribution: Distribution) => Quantile)(distribution);
  if (distribution.type === 'fixed' || distribution.inverted !== true) return quantile;
  const { min, max } = distribution;
  return (probability) => max - (quantile(probability) - min);
}
