import { visitCounts } from './encoded-counts.js';
import type { Distribution } from './figures.js';

const SHORTEST = 4096;
/** Buckets of one power of two at 3 significant digits. */
const HALF_BUCKETS = 1024;
const ULP = 2 ** -52;

const widthOf = (index: number): number => 2 ** Math.max(0, Math.floor(index / HALF_BUCKETS) - 1);

/** The lowest value of a bucket, nanoseconds. */
const lowOf = (index: number): number =>
  (index < HALF_BUCKETS ? index : (index % HALF_BUCKETS) + HALF_BUCKETS) * widthOf(index);

/** The highest value of a bucket: what HdrHistogram answers for a percentile. */
export const bucketHighNs = (index: number): number => lowOf(index) + widthOf(index) - 1;

/** What every value of a bucket counts as in a mean. */
export const bucketMiddleNs = (index: number): number => lowOf(index) + Math.floor(widthOf(index) / 2);

/** Which value in order a percentile is: rounded up, but not for the last bit of the product. */
export function rankOf(percentile: number, count: number): number {
  const exact = (Math.min(percentile, 100) / 100) * count;
  return Math.max(1, Math.ceil(exact - exact * ULP));
}

/**
 * Counts of an HdrHistogram by bucket, merged from encoded histograms without decoding them: for pages and comparisons,
 * which merge tens of thousands. Its figures are those of `Histogram`; nothing can be recorded into it.
 */
export class LatencyCounts implements Distribution {
  count = 0;
  private counts = new Float64Array(0);
  private low = Number.POSITIVE_INFINITY;
  private high = -1;

  /** Throws RangeError when `bytes` are no histogram. */
  addEncoded(bytes: Uint8Array): void {
    visitCounts(bytes, (index, count) => this.addCount(index, count));
  }

  add(other: LatencyCounts): void {
    other.visit((index, count) => this.addCount(index, count));
  }

  /** `count` values in the bucket of this index. */
  addCount(index: number, count: number): void {
    if (index >= this.counts.length) this.grow(index + 1);
    this.counts[index] = (this.counts[index] ?? 0) + count;
    this.count += count;
    if (index < this.low) this.low = index;
    if (index > this.high) this.high = index;
  }

  /** Every bucket that is not empty, in rising order. */
  visit(each: (index: number, count: number) => void): void {
    for (let index = this.low; index <= this.high; index++) {
      const count = this.counts[index] ?? 0;
      if (count > 0) each(index, count);
    }
  }

  get minNs(): number {
    return this.count === 0 ? 0 : lowOf(this.low);
  }
  get maxNs(): number {
    return this.count === 0 ? 0 : bucketHighNs(this.high);
  }
  get meanNs(): number {
    let sumNs = 0;
    this.visit((index, count) => (sumNs += bucketMiddleNs(index) * count));
    return this.count === 0 ? 0 : sumNs / this.count;
  }

  /** As HdrHistogram's getValueAtPercentile. */
  valueAtNs(percentile: number): number {
    if (this.count === 0) return 0;
    if (percentile <= 0) return this.minNs;
    return bucketHighNs(this.indexAt(rankOf(percentile, this.count)));
  }

  /** Values at several percentiles that rise, in one pass. */
  valuesAtNs(percentiles: readonly number[]): number[] {
    const values: number[] = [];
    let [index, seen] = [this.low - 1, 0];
    for (const percentile of percentiles) {
      const rank = rankOf(percentile, this.count);
      while (seen < rank && index < this.high) seen += this.counts[++index] ?? 0;
      values.push(this.count === 0 ? 0 : bucketHighNs(index));
    }
    return values;
  }

  private indexAt(rank: number): number {
    let seen = 0;
    for (let index = this.low; index <= this.high; index++) {
      seen += this.counts[index] ?? 0;
      if (seen >= rank) return index;
    }
    return this.high;
  }

  private grow(length: number): void {
    const grown = new Float64Array(Math.max(SHORTEST, length, this.counts.length * 2));
    grown.set(this.counts);
    this.counts = grown;
  }
}
