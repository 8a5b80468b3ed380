import type { Distribution } from '#libs/workloads/stress/stress.schema.js';

const COUNT = /^(-?\d+(?:\.\d+)?)([bmk]?)$/i;
const FACTORS: Readonly<Record<string, number>> = { b: 1e9, m: 1e6, k: 1e3, '': 1 };

/** `10`, `10k`, `2m`, `1b`; undefined when it is no count. */
export function readCount(text: string | undefined): number | undefined {
  const match = COUNT.exec(text ?? '');
  return match ? Math.round(Number(match[1]) * (FACTORS[(match[2] ?? '').toLowerCase()] ?? 1)) : undefined;
}

/** `1..100k`. */
export function readRange(text: string): { min: number; max: number } | undefined {
  const [min, max, ...rest] = text.split('..').map(readCount);
  return min !== undefined && max !== undefined && rest.length === 0 && min <= max ? { min, max } : undefined;
}

type Read = (parts: readonly string[]) => Distribution | undefined;

const fixed: Read = ([text, ...rest]) => {
  const value = readCount(text);
  return value === undefined || rest.length > 0 ? undefined : { type: 'fixed', value };
};
const uniform: Read = ([text = '', ...rest]) => {
  const range = readRange(text);
  return range && rest.length === 0 ? { type: 'uniform', ...range } : undefined;
};
/** GAUSSIAN(min..max[,stdvrng]) or GAUSSIAN(min..max,mean,stdev); the range is so many standard deviations on each side. */
const gaussian: Read = ([text = '', second, third, ...rest]) => {
  const range = readRange(text);
  if (!range || rest.length > 0) return undefined;
  const { min, max } = range;
  const middle = (min + max) / 2;
  if (second === undefined) return { type: 'gaussian', min, max };
  const [a, b] = [Number(second), Number(third)];
  if (third === undefined)
    return a > 0 ? { type: 'gaussian', min, max, mean: middle, stdev: (max - min) / 2 / a } : undefined;
  return Number.isFinite(a) && b > 0 ? { type: 'gaussian', min, max, mean: a, stdev: b } : undefined;
};

/** The names that cassandra-stress knows, aliases included; null is not supported yet. */
const KINDS: Readonly<Record<string, Read | null>> = {
  fixed,
  uniform,
  gaussian,
  gauss: gaussian,
  normal: gaussian,
  norm: gaussian,
  exp: null,
  extr: null,
  extreme: null,
  weibull: null,
  qextr: null,
  qextreme: null,
  qweibull: null,
  seq: null,
};

export const DISTRIBUTION_FORMS =
  'FIXED(n), UNIFORM(min..max), GAUSSIAN(min..max[,stdvrng]) or GAUSSIAN(min..max,mean,stdev)';

/** Reads a distribution; a text says what is wrong. */
export function readDistribution(text: string | undefined): Distribution | string {
  const match = /^(~?)([a-z]+)\((.*)\)$/i.exec(text ?? '');
  const name = (match?.[2] ?? '').toLowerCase();
  const read = KINDS[name];
  if (!match || read === undefined) return `expected ${DISTRIBUTION_FORMS}, found ${text ?? 'nothing'}`;
  if (match[1] === '~') return `inverted distributions (${text}) are not supported yet`;
  if (read === null)
    return `the distribution ${name.toUpperCase()} is not supported yet; expected ${DISTRIBUTION_FORMS}`;
  return read((match[3] ?? '').split(',')) ?? `expected ${DISTRIBUTION_FORMS}, found ${text}`;
}

/** A distribution as the command line writes it. */
export function distributionText(distribution: Distribution): string {
  if (distribution.type === 'fixed') return `FIXED(${distribution.value})`;
  const range = `${distribution.min}..${distribution.max}`;
  if (distribution.type === 'uniform') return `UNIFORM(${range})`;
  const { mean, stdev } = distribution;
  return mean === undefined || stdev === undefined ? `GAUSSIAN(${range})` : `GAUSSIAN(${range},${mean},${stdev})`;
}
