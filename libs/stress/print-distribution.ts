import { CodedError } from '#libs/contract/coded-error.js';
import { readDistribution } from './distribution-text.js';
import { fixed } from './java-format.js';
import { quantileOf } from './quantile.js';

const PERCENT = [10, 20, 30, 40, 50, 60, 70, 80, 90, 95, 99, 100];

/**
 * What cassandra-stress's `print dist=` shows of a distribution: below which value a share of the samples lies. Throws
 * CodedError VALIDATION_FAILED.
 */
export function printDistribution(text: string): string[] {
  const distribution = readDistribution(text);
  if (typeof distribution === 'string')
    throw new CodedError('VALIDATION_FAILED', `dist: ${distribution}`, [{ path: 'dist', message: distribution }]);
  const quantile = quantileOf(distribution);
  const last = quantile(1);
  return [
    '% of samples    Range       % of total',
    ...PERCENT.map((percent) => {
      const value = quantile(percent / 100);
      return `${fixed(percent, 1).padEnd(16)}${String(value).padEnd(12)}${fixed((100 * value) / last, 1, 12)}`;
    }),
  ];
}
