import { describe, expect, it } from 'vitest';
import { figuresOf } from './figures.js';
import { Histogram } from './histogram.js';
import { LatencyCounts } from './latency-counts.js';

/** Values over nine powers of ten, always the same ones. */
const valuesOf = (seed: number, count: number): number[] => {
  let state = seed;
  return Array.from({ length: count }, () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.round(10 ** ((state / 2_147_483_648) * 9));
  });
};

const histogramOf = (values: readonly number[]): Histogram => {
  const histogram = Histogram.empty();
  for (const value of values) histogram.record(value);
  return histogram;
};

describe('LatencyCounts', () => {
  it('has the figures of the merged histograms', () => {
    const parts = [1, 2, 3].map((seed) => histogramOf(valuesOf(seed, 5000)));
    const counts = new LatencyCounts();
    for (const part of parts) counts.addEncoded(part.encode());
    const whole = Histogram.merged(parts.map((part) => part.encode()));
    expect(figuresOf(counts)).toEqual({
      ...figuresOf(whole),
      meanMs: expect.closeTo(figuresOf(whole).meanMs, 6),
    });
    const percentiles = [0.01, 25, 50, 90, 99, 99.9, 99.99, 100];
    expect(counts.valuesAtNs(percentiles)).toEqual(percentiles.map((each) => whole.valueAtNs(each)));
  });

  it('merges with another as with its histogram', () => {
    const [one, other] = [new LatencyCounts(), new LatencyCounts()];
    one.addEncoded(histogramOf([5, 70_000]).encode());
    other.addEncoded(histogramOf([900, 8e12]).encode());
    one.add(other);
    expect(figuresOf(one)).toEqual(figuresOf(histogramOf([5, 900, 70_000, 8e12])));
  });

  it('has zeros where nothing was counted', () => {
    expect(figuresOf(new LatencyCounts())).toMatchObject({ count: 0, meanMs: 0, p50Ms: 0, p95Ms: null, maxMs: 0 });
    expect(new LatencyCounts().valuesAtNs([50, 99])).toEqual([0, 0]);
  });
});
