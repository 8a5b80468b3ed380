import { percentileMsOf } from '#libs/stats/figures.js';
import type { LatencyCounts } from '#libs/stats/latency-counts.js';
import type { CurvePoint } from './run-picture.js';

const NS_PER_MS = 1e6;
/** As many points for each halving of what lies beyond, as HdrHistogram's percentile output has by default. */
const TICKS_PER_HALF = 5;
const MOST_HALVES = 24;

/** 0, then ever closer to 100: the distance halves every five steps. */
const PERCENTILES: readonly number[] = Array.from({ length: MOST_HALVES * TICKS_PER_HALF }, (_, index) => {
  const half = Math.floor(index / TICKS_PER_HALF);
  const beyond = 2 ** -half * (1 - (index % TICKS_PER_HALF) / (2 * TICKS_PER_HALF));
  return 100 * (1 - beyond);
});

/** Latency by percentile, up to the last one that the samples support; a value once only where it stays the same. */
export function percentileCurve(counts: LatencyCounts): CurvePoint[] {
  const supported = PERCENTILES.filter((percentile) => percentileMsOf(counts, percentile) !== null);
  const values = counts.valuesAtNs(supported);
  const points = supported.map((percentile, index): CurvePoint => [percentile, (values[index] ?? 0) / NS_PER_MS]);
  return points.filter(
    ([, latencyMs], index) => points[index - 1]?.[1] !== latencyMs || points[index + 1]?.[1] !== latencyMs,
  );
}
