import { describe, expect, it } from 'vitest';
import { seededRandom } from '#libs/load/random.js';
import { adjustedP } from './adjusted-p.js';
import { blockLength, blockWeights, percentileInterval } from './block-bootstrap.js';
import { effectSize, mannWhitney } from './mann-whitney.js';

describe('mannWhitney', () => {
  it('is exact for small samples without ties', () => {
    // The example of scipy.stats.mannwhitneyu: U = 17, p = 1/9.
    const test = mannWhitney([20, 11, 17, 12], [19, 22, 16, 29, 24]);
    expect(test).toMatchObject({ u: 17, isExact: true });
    expect(test.pValue).toBeCloseTo(1 / 9, 12);
    expect(test.delta).toBeCloseTo(0.7, 12);
  });

  it('takes ties and continuity into account', () => {
    // By hand: of 20 pairs 16 are larger and 3 equal; ties of 2, 2 and 3 values.
    const { u, pValue, isExact } = mannWhitney([2, 2, 3, 4], [3, 4, 4, 5, 6]);
    expect(isExact).toBe(false);
    expect(u).toBe(17.5);
    const sd = Math.sqrt((20 / 12) * (10 - (6 + 6 + 24) / (9 * 8)));
    expect((17.5 - 10 - 0.5) / sd).toBeCloseTo(1.759, 3);
    // 2 (1 - Phi(1.7592)) of the tables.
    expect(pValue).toBeCloseTo(0.0786, 3);
  });

  it('says the same of large samples as the normal distribution', () => {
    const first = Array.from({ length: 40 }, (_, index) => index);
    const { u, pValue, delta } = mannWhitney(
      first,
      first.map((value) => value + 10.5),
    );
    // 10 values of the second are above all but those of their own: U = n m / 2 + what is gained by the shift.
    expect(u).toBe(first.reduce((sum, value) => sum + Math.min(40, value + 11), 0));
    expect(delta).toBeCloseTo((2 * u) / 1600 - 1, 12);
    const z = (u - 800 - 0.5) / Math.sqrt((1600 / 12) * 81);
    expect(z).toBeGreaterThan(3.2);
    expect(pValue).toBeLessThan(0.0014);
    expect(pValue).toBeGreaterThan(1e-5);
  });

  it('finds nothing in what is equal', () => {
    expect(mannWhitney([1, 1, 1], [1, 1, 1])).toMatchObject({ pValue: 1, delta: 0 });
  });

  it.each([
    [0.1, 'negligible'],
    [-0.2, 'small'],
    [0.4, 'medium'],
    [-1, 'large'],
  ])('calls an effect of %d %s', (delta, size) => expect(effectSize(delta)).toBe(size));
});

describe('adjustedP', () => {
  it('multiplies by number over rank, and never falls as p rises', () => {
    const expected = [0.025, 0.05, 0.05, 0.025, 0.9];
    for (const [index, p] of adjustedP([0.01, 0.04, 0.03, 0.005, 0.9]).entries())
      expect(p).toBeCloseTo(expected[index] ?? NaN, 12);
  });
});

describe('the block bootstrap', () => {
  it('takes as many samples as there are, in blocks, each as often as any other', () => {
    const uniform = seededRandom(7);
    const sums = new Float64Array(27);
    for (let draw = 0; draw < 4000; draw++) {
      const weights = blockWeights(27, uniform);
      expect(weights.reduce((sum, weight) => sum + weight, 0)).toBe(27);
      for (const [index, weight] of weights.entries()) sums[index] = (sums[index] ?? 0) + weight;
    }
    expect(blockLength(27)).toBe(3);
    for (const sum of sums) expect(sum / 4000).toBeCloseTo(1, 0);
  });

  it('has the spread of a mean that theory has for independent values', () => {
    const uniform = seededRandom(11);
    const draw = seededRandom(5);
    const values = Array.from({ length: 400 }, () => draw());
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const means = Array.from({ length: 2000 }, () => {
      const weights = blockWeights(values.length, uniform);
      return values.reduce((sum, value, index) => sum + value * (weights[index] ?? 0), 0) / values.length;
    });
    const { from, to } = percentileInterval(means, 0.95);
    // 1.96 standard errors of 400 uniform values: 1.96 / sqrt(12 * 400).
    expect(to - from).toBeGreaterThan(2 * 0.0283 * 0.8);
    expect(to - from).toBeLessThan(2 * 0.0283 * 1.2);
    expect((from + to) / 2).toBeCloseTo(mean, 2);
  });
});
