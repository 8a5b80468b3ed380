import type { OperationCounters, OperationInterval } from '#libs/contract/interval.js';
import type { OperationSummary } from '#libs/contract/summary.js';
import { figuresOf, percentileMsOf } from './figures.js';
import { Histogram } from './histogram.js';
import { addCounters } from './merge.js';

const TYPES = ['st', 'rt', 'wt', 'failedSt'] as const;
type Type = (typeof TYPES)[number];

const NO_COUNTERS: OperationCounters = addCounters([]);
const NO_LATENCY = { count: 0, meanMs: 0, p50Ms: 0, p95Ms: null, p99Ms: null, p999Ms: null, maxMs: 0, minMs: 0 };

/** Everything that any number of intervals say of one operation, in the memory of one histogram of each type. */
export class OperationFold {
  counters: OperationCounters = NO_COUNTERS;
  private readonly histograms = new Map<Type, Histogram>();

  add(interval: OperationInterval): void {
    this.counters = addCounters([this.counters, interval]);
    for (const type of TYPES) {
      const bytes = interval[type];
      if (bytes !== undefined) this.of(type).addEncoded(bytes);
    }
  }

  /** Takes in another operation's fold: what all of them together are. */
  merge(other: OperationFold): void {
    this.counters = addCounters([this.counters, other.counters]);
    for (const [type, histogram] of other.histograms) this.of(type).add(histogram);
  }

  /** The rate is of successes, over `durationMs`. */
  summary(durationMs: number): OperationSummary {
    const { completed, failed } = this.counters;
    return {
      ...this.counters,
      ratePerSecond: durationMs > 0 ? ((completed - failed) * 1000) / durationMs : 0,
      serviceTime: this.figures('st') ?? NO_LATENCY,
      responseTime: this.figures('rt'),
      waitTime: this.figures('wt'),
      failedServiceTime: this.figures('failedSt'),
    };
  }

  /** Milliseconds; null where too few samples support it, or none is there. */
  percentileMs(type: Type, percentile: number): number | null {
    const histogram = this.histograms.get(type);
    return histogram === undefined ? null : percentileMsOf(histogram, percentile);
  }

  destroy(): void {
    for (const histogram of this.histograms.values()) histogram.destroy();
    this.histograms.clear();
  }

  private of(type: Type): Histogram {
    const found = this.histograms.get(type) ?? Histogram.empty();
    this.histograms.set(type, found);
    return found;
  }

  private figures(type: Type) {
    const histogram = this.histograms.get(type);
    return histogram === undefined ? null : figuresOf(histogram);
  }
}
