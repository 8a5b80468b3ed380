import type { Distribution, Ratio } from '#libs/workloads/stress/distribution.schema.js';

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

const ranged =
  (type: 'exponential' | 'sequence'): Read =>
  ([text = '', ...rest]) => {
    const range = readRange(text);
    return range && rest.length === 0 ? { type, ...range } : undefined;
  };
const extreme: Read = ([text = '', shapeText, ...rest]) => {
  const range = readRange(text);
  const shape = Number(shapeText);
  return range && shape > 0 && rest.length === 0 ? { type: 'extreme', ...range, shape } : undefined;
};
const quantizedExtreme: Read = ([text, shape, quantasText, ...rest]) => {
  const wrapped = extreme([text ?? '', shape ?? '']);
  const quantas = readCount(quantasText);
  if (wrapped?.type !== 'extreme' || quantas === undefined || quantas < 1 || rest.length > 0) return undefined;
  return { ...wrapped, type: 'quantizedExtreme', quantas };
};

/** The names that cassandra-stress knows, aliases included. */
const KINDS: Readonly<Record<string, Read>> = {
  fixed,
  uniform,
  gaussian,
  gauss: gaussian,
  normal: gaussian,
  norm: gaussian,
  exp: ranged('exponential'),
  extr: extreme,
  extreme,
  weibull: extreme,
  qextr: quantizedExtreme,
  qextreme: quantizedExtreme,
  qweibull: quantizedExtreme,
  seq: ranged('sequence'),
};

export const DISTRIBUTION_FORMS =
  'FIXED(n), UNIFORM(min..max), GAUSSIAN(min..max[,stdvrng]), GAUSSIAN(min..max,mean,stdev), EXP(min..max), EXTREME(min..max,shape), QEXTREME(min..max,shape,quantas) or SEQ(min..max), each with ~ in front for its mirror image';

/** Reads a distribution; a text says what is wrong. */
export function readDistribution(text: string | undefined): Distribution | string {
  const match = /^(~?)([a-z]+)\((.*)\)$/i.exec(text ?? '');
  const read = KINDS[(match?.[2] ?? '').toLowerCase()];
  const distribution = read?.((match?.[3] ?? '').split(','));
  if (!match || distribution === undefined) return `expected ${DISTRIBUTION_FORMS}, found ${text ?? 'nothing'}`;
  return match[1] === '~' && distribution.type !== 'fixed' ? { ...distribution, inverted: true } : distribution;
}

const PARAMETERS: { [K in Distribution['type']]: (distribution: Extract<Distribution, { type: K }>) => string } = {
  fixed: ({ value }) => `FIXED(${value})`,
  sequence: ({ min, max }) => `SEQ(${min}..${max})`,
  uniform: ({ min, max }) => `UNIFORM(${min}..${max})`,
  gaussian: ({ min, max, mean, stdev }) =>
    mean === undefined || stdev === undefined
      ? `GAUSSIAN(${min}..${max})`
      : `GAUSSIAN(${min}..${max},${mean},${stdev})`,
  exponential: ({ min, max }) => `EXP(${min}..${max})`,
  extreme: ({ min, max, shape }) => `EXTREME(${min}..${max},${shape})`,
  quantizedExtreme: ({ min, max, shape, quantas }) => `QEXTREME(${min}..${max},${shape},${quantas})`,
};

/** A distribution as the command line writes it. */
export function distributionText(distribution: Distribution): string {
  const write = PARAMETERS[distribution.type] as (distribution: Distribution) => string;
  return `${distribution.type !== 'fixed' && distribution.inverted === true ? '~' : ''}${write(distribution)}`;
}

/** Reads a share such as `fixed(1)/2`; a text says what is wrong. */
export function readRatio(text: string | undefined): Ratio | string {
  const match = /^(.+)\/(\d*\.?\d+)$/.exec(text ?? '');
  const divisor = Number(match?.[2]);
  if (!match || !(divisor > 0)) return `expected a ratio such as fixed(1)/2, found ${text ?? 'nothing'}`;
  const distribution = readDistribution(match[1]);
  return typeof distribution === 'string' ? distribution : { distribution, divisor };
}

/** A share as the command line writes it. */
export const ratioText = ({ distribution, divisor }: Ratio): string => `${distributionText(distribution)}/${divisor}`;
