import type { LatencyFigures, OperationCounters, OperationInterval } from '#libs/contract/interval.js';
import type { OperationSummary } from '#libs/contract/summary.js';
import { isBesideLoad } from './beside-load.js';
import { figuresOf, percentileMsOf } from './figures.js';
import { LatencyCounts } from './latency-counts.js';
import { addCounters } from './merge.js';

const TYPES = ['st', 'rt', 'wt', 'failedSt'] as const;
export type CountsType = (typeof TYPES)[number];

/**
 * Everything that any number of intervals say of one operation, in the memory of one histogram of each type. Histograms
 * are merged without decoding them.
 */
export class OperationCounts {
  counters: OperationCounters = addCounters([]);
  private readonly latencies = new Map<CountsType, LatencyCounts>();

  add(interval: OperationInterval): void {
    this.counters = addCounters([this.counters, interval]);
    for (const type of TYPES) {
      const bytes = interval[type];
      if (bytes !== undefined) this.of(type).addEncoded(bytes);
    }
  }

  merge(other: OperationCounts): void {
    this.counters = addCounters([this.counters, other.counters]);
    for (const [type, latency] of other.latencies) this.of(type).add(latency);
  }

  /** Undefined where the run does not measure it. */
  latency(type: CountsType): LatencyCounts | undefined {
    return this.latencies.get(type);
  }

  /** Milliseconds; null where too few samples support it, or none is there. */
  percentileMs(type: CountsType, percentile: number): number | null {
    const latency = this.latencies.get(type);
    return latency === undefined ? null : percentileMsOf(latency, percentile);
  }

  /** The rate is of successes, over `durationMs`. */
  summary(durationMs: number): OperationSummary {
    const { completed, failed } = this.counters;
    return {
      ...this.counters,
      ratePerSecond: durationMs > 0 ? ((completed - failed) * 1000) / durationMs : 0,
      serviceTime: figuresOf(this.latency('st') ?? new LatencyCounts()),
      responseTime: this.figures('rt'),
      waitTime: this.figures('wt'),
      failedServiceTime: this.figures('failedSt'),
    };
  }

  private figures(type: CountsType): LatencyFigures | null {
    const latency = this.latencies.get(type);
    return latency === undefined ? null : figuresOf(latency);
  }

  private of(type: CountsType): LatencyCounts {
    const known = this.latencies.get(type) ?? new LatencyCounts();
    this.latencies.set(type, known);
    return known;
  }
}

export const TOTAL = 'total';

/** Operations in alphabetical order, then all that belong into a total together: the same object where there is one. Empty for none. */
export function countsWithTotal(operations: ReadonlyMap<string, OperationCounts>): Map<string, OperationCounts> {
  const sorted = [...operations].toSorted(([one], [other]) => (one < other ? -1 : 1));
  if (sorted.length === 0) return new Map();
  const load = sorted.filter(([name]) => !isBesideLoad(name));
  const [only] = load;
  if (only !== undefined && load.length === 1) return new Map([...sorted, [TOTAL, only[1]]]);
  const total = new OperationCounts();
  for (const [, operation] of load) total.merge(operation);
  return new Map([...sorted, [TOTAL, total]]);
}

/** Adds to the operation of this name, which comes to be with the first. */
export function countsOf(operations: Map<string, OperationCounts>, name: string): OperationCounts {
  const known = operations.get(name) ?? new OperationCounts();
  operations.set(name, known);
  return known;
}
