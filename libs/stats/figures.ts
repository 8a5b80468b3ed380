import type { LatencyFigures } from '#libs/contract/interval.js';

/** What figures are read from, nanoseconds: a `Histogram`, or counts that were merged without one. */
export interface Distribution {
  readonly count: number;
  readonly meanNs: number;
  readonly minNs: number;
  readonly maxNs: number;
  /** `percentile` from 0 to 100. */
  valueAtNs(percentile: number): number;
}

const NS_PER_MS = 1e6;
/**
 * A percentile p is shown only when at least this many samples lie beyond it, n x (1 - p) >= 10: with fewer, the order
 * statistic is decided by a handful of operations and its relative error exceeds about a third (1 / sqrt(10)).
 */
const SAMPLES_BEYOND = 10;

/** Any percentile in milliseconds; null where too few samples lie beyond it. The median and the extremes are always shown. */
export function percentileMsOf(histogram: Distribution, percentile: number): number | null {
  const isTail = percentile > 50 && percentile < 100;
  const isSupported = !isTail || histogram.count * (1 - percentile / 100) >= SAMPLES_BEYOND - 1e-9;
  return histogram.count > 0 && isSupported ? histogram.valueAtNs(percentile) / NS_PER_MS : null;
}

/** Milliseconds from a histogram of nanoseconds. */
export function figuresOf(histogram: Distribution): LatencyFigures {
  const { count } = histogram;
  const tail = (percentile: number): number | null =>
    count * (1 - percentile / 100) >= SAMPLES_BEYOND - 1e-9 ? histogram.valueAtNs(percentile) / NS_PER_MS : null;
  return {
    count,
    meanMs: histogram.meanNs / NS_PER_MS,
    p50Ms: histogram.valueAtNs(50) / NS_PER_MS,
    p95Ms: tail(95),
    p99Ms: tail(99),
    p999Ms: tail(99.9),
    maxMs: histogram.maxNs / NS_PER_MS,
    minMs: histogram.minNs / NS_PER_MS,
  };
}
