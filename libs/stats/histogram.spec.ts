import { beforeAll, describe, expect, it } from 'vitest';
import { seededRandom } from '#libs/load/random.js';
import { encodedBuckets, encodedCount } from './encoded-counts.js';
import { HIGHEST_NS, Histogram, loadHistograms } from './histogram.js';

/** Log-normal latencies around 0.5 ms, nanoseconds. */
function latencies(count: number, seed: number): number[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, () => {
    const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    return Math.round(Math.exp(13 + normal));
  });
}

const filled = (values: readonly number[]): Histogram => {
  const histogram = Histogram.empty();
  for (const value of values) histogram.record(value);
  return histogram;
};

/** The value at rank ceil(p x n), as HdrHistogram defines percentiles; the product may be a hair above a whole number. */
const exactly = (sorted: readonly number[], percentile: number): number =>
  sorted[Math.max(1, Math.ceil((percentile / 100) * sorted.length - 1e-9)) - 1] ?? 0;

const figures = (histogram: Histogram) => ({
  count: histogram.count,
  minNs: histogram.minNs,
  maxNs: histogram.maxNs,
  meanNs: histogram.meanNs,
  percentiles: [0, 1, 50, 90, 95, 99, 99.9, 99.99, 100].map((percentile) => histogram.valueAtNs(percentile)),
});

function suite(): void {
  it('gives every percentile within one part in a thousand', () => {
    const values = latencies(20_000, 1);
    const histogram = filled(values);
    const sorted = [...values].sort((a, b) => a - b);
    for (const percentile of [0.1, 1, 25, 50, 75, 90, 95, 99, 99.9, 99.99, 100]) {
      const [found, exact] = [histogram.valueAtNs(percentile), exactly(sorted, percentile)];
      expect(Math.abs(found / exact - 1), `p${percentile}`).toBeLessThan(0.001);
    }
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const stdev = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
    expect(Math.abs(histogram.meanNs / mean - 1)).toBeLessThan(0.001);
    expect(Math.abs(histogram.stdevNs / stdev - 1)).toBeLessThan(0.001);
  });

  it('survives its encoding unchanged', () => {
    const histogram = filled([0, 1, 2047, 2048, 5_000_001, ...latencies(5000, 2), HIGHEST_NS]);
    const bytes = histogram.encode();
    expect(figures(Histogram.decode(bytes))).toEqual(figures(histogram));
    expect(bytes.byteLength).toBe(bytes.buffer.byteLength);
  });

  it('merged from parts equals the histogram of all values', () => {
    const parts = [latencies(1, 3), latencies(700, 4), [], latencies(12_345, 5)];
    const merged = Histogram.merged([...parts.map((part) => filled(part).encode()), undefined]);
    expect(figures(merged)).toEqual(figures(filled(parts.flat())));
  });

  it('clamps what is out of range and counts it, losing nothing', () => {
    const histogram = filled([HIGHEST_NS + 1e6, 1e18, Infinity, -5, Number.NaN, 100.4]);
    expect([histogram.count, histogram.clamped]).toEqual([6, 5]);
    expect(histogram.minNs).toBe(0);
    expect(histogram.maxNs / HIGHEST_NS).toBeCloseTo(1, 3);
    expect(histogram.valueAtNs(50)).toBe(100);
  });

  it('is empty after a reset, and reusable', () => {
    const histogram = filled([5, 1e18]);
    histogram.reset();
    expect([histogram.count, histogram.clamped, histogram.maxNs, histogram.minNs, histogram.meanNs]).toEqual([
      0, 0, 0, 0, 0,
    ]);
    histogram.record(77);
    expect([histogram.count, histogram.minNs, histogram.maxNs]).toEqual([1, 77, 77]);
  });

  it('has counts beyond 65,535 in one bucket', () => {
    const histogram = filled(Array.from({ length: 70_000 }, () => 42));
    expect(encodedCount(histogram.encode())).toBe(70_000);
    expect(histogram.buckets()).toEqual([{ lowNs: 42, highNs: 43, count: 70_000 }]);
  });
}

describe('a histogram in JavaScript', suite);

describe('the buckets of an encoded histogram', () => {
  it('hold every value once, between their edges', () => {
    const values = [...latencies(3000, 6), 0, 1023, 1024, 2047, 2048, 4095, 4096];
    const histogram = filled(values);
    const buckets = encodedBuckets(histogram.encode());
    for (const { lowNs, highNs, count } of buckets) {
      expect(values.filter((value) => value >= lowNs && value < highNs).length).toBe(count);
    }
    expect(buckets.reduce((sum, { count }) => sum + count, 0)).toBe(values.length);
    expect(buckets.at(-1)?.highNs).toBe(histogram.maxNs + 1);
  });

  it('are refused for other bytes', () => {
    expect(() => encodedCount(new Uint8Array(3))).toThrow('expected a compressed V2 histogram');
    expect(() => encodedCount(new Uint8Array(64))).toThrow('expected a compressed V2 histogram');
  });
});

describe('a histogram in WebAssembly', () => {
  let inJavaScript: Uint8Array;
  beforeAll(async () => {
    inJavaScript = filled(latencies(4000, 7)).encode();
    await loadHistograms();
  });

  suite();

  it('encodes to the same bytes as in JavaScript', () => {
    expect(filled(latencies(4000, 7)).encode()).toEqual(inJavaScript);
  });

  it('can be made and destroyed a hundred thousand times', () => {
    for (let round = 0; round < 100_000; round++) Histogram.empty().destroy();
    expect(filled([9]).count).toBe(1);
  });
});
