import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '#libs/load/random.js';
import { sampler } from '#libs/workloads/stress/sampler.js';
import { readDistribution } from './distribution-text.js';
import { printDistribution } from './print-distribution.js';
import { quantileOf } from './quantile.js';

/** Sections of the genuine output: a distribution, then its table. */
const genuine = readFileSync(new URL('fixtures/print-dist.txt', import.meta.url), 'utf8')
  .split(/^== /m)
  .slice(1)
  .map((section) => {
    const [distribution = '', ...lines] = section.trimEnd().split('\n');
    return { distribution, lines };
  });

describe('printDistribution', () => {
  const exact = genuine.filter(({ distribution }) => !distribution.includes('QEXTREME'));
  it.each(exact)('prints $distribution as cassandra-stress does', ({ distribution, lines }) => {
    expect(printDistribution(distribution)).toEqual(lines);
  });

  it('is at most one off for a quantized distribution, of which the original rounds a bound down twice', () => {
    const { lines } = genuine.find(({ distribution }) => distribution.includes('QEXTREME')) ?? { lines: [] };
    const values = (table: readonly string[]) => table.slice(1).map((line) => Number(line.trim().split(/ +/)[1]));
    const ours = values(printDistribution('~QEXTREME(1..1000,2,5)'));
    for (const [row, value] of values(lines).entries())
      expect(Math.abs((ours[row] ?? 0) - value)).toBeLessThanOrEqual(1);
    expect(ours).toHaveLength(12);
  });

  it('says what it expected', () => {
    expect(() => printDistribution('EXP(5)')).toThrow(/expected FIXED\(n\).*found EXP\(5\)/);
  });
});

describe('sampler', () => {
  it.each(genuine)('draws $distribution as its quantiles say', ({ distribution: text }) => {
    const distribution = readDistribution(text);
    if (typeof distribution === 'string') throw new Error(distribution);
    const draw = sampler(distribution, seededRandom(7));
    const drawn = Float64Array.from({ length: 50_000 }, draw).sort();
    const quantile = quantileOf(distribution);
    for (const share of [0.1, 0.25, 0.5, 0.75, 0.9]) {
      const wanted = quantile(distribution.type !== 'fixed' && distribution.inverted === true ? 1 - share : share);
      expect(Math.abs((drawn[share * 50_000] ?? 0) - wanted), `${share}`).toBeLessThan(20);
    }
  });

  it('goes through a sequence and round again', () => {
    const draw = sampler({ type: 'sequence', min: 3, max: 5 }, Math.random);
    expect([draw(), draw(), draw(), draw()]).toEqual([3, 4, 5, 3]);
  });
});
