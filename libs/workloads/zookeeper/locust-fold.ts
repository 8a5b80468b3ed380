import type { IntervalSnapshot, OperationInterval } from '#libs/contract/interval.js';
import { addCounters } from '#libs/stats/merge.js';
import { Histogram } from '#libs/stats/histogram.js';

const NS_PER_MS = 1e6;
export const PERCENTILES = [50, 66, 75, 80, 90, 95, 98, 99, 100] as const;
export const TOTAL = 'Total';

/** Figures of one operation as Locust has them, milliseconds; failed operations are in their own counter only. */
export interface LocustRow {
  name: string;
  requests: number;
  failures: number;
  medianMs: number;
  averageMs: number;
  minMs: number;
  maxMs: number;
  /** By PERCENTILES. */
  percentilesMs: number[];
  errors: Record<string, number>;
}

interface Kept {
  counters: ReturnType<typeof addCounters>;
  histogram: Histogram;
}

/** Adds up intervals by operation. `destroy` gives the histograms back. */
export class LocustFold {
  private readonly kept = new Map<string, Kept>();

  add({ operations }: Pick<IntervalSnapshot, 'operations'>): void {
    for (const [name, one] of Object.entries(operations)) {
      this.addTo(name, one);
      this.addTo(TOTAL, one);
    }
  }

  /** One row for each operation, the total last. */
  rows(): LocustRow[] {
    const total = this.kept.get(TOTAL);
    const named = [...this.kept]
      .filter(([name]) => name !== TOTAL)
      .toSorted(([one], [other]) => (one < other ? -1 : 1));
    return [...named, ...(total ? [[TOTAL, total] as const] : [])].map(([name, kept]) => rowOf(name, kept));
  }

  /** Counts by response time in milliseconds, rounded as Locust rounds them: to two significant digits above 100. */
  distribution(name: string): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const { highNs, count } of this.kept.get(name)?.histogram.buckets() ?? []) {
      const rounded = String(locustMs(highNs / NS_PER_MS));
      counts[rounded] = (counts[rounded] ?? 0) + count;
    }
    return counts;
  }

  destroy(): void {
    for (const { histogram } of this.kept.values()) histogram.destroy();
    this.kept.clear();
  }

  private addTo(name: string, one: OperationInterval): void {
    const kept = this.kept.get(name);
    if (kept === undefined) {
      this.kept.set(name, { counters: addCounters([one]), histogram: Histogram.merged([one.st]) });
      return;
    }
    kept.counters = addCounters([kept.counters, one]);
    kept.histogram.addEncoded(one.st);
  }
}

function rowOf(name: string, { counters, histogram }: Kept): LocustRow {
  return {
    name,
    requests: counters.completed - counters.failed,
    failures: counters.failed,
    medianMs: histogram.valueAtNs(50) / NS_PER_MS,
    averageMs: histogram.meanNs / NS_PER_MS,
    minMs: histogram.minNs / NS_PER_MS,
    maxMs: histogram.maxNs / NS_PER_MS,
    percentilesMs: PERCENTILES.map((percentile) => histogram.valueAtNs(percentile) / NS_PER_MS),
    errors: counters.errors,
  };
}

/** Locust's rounding (stats.py, log): 147 -> 150, 3432 -> 3400; below 1 ms it has 0, where we keep hundredths. */
export function locustMs(ms: number): number {
  if (ms < 1) return Math.round(ms * 100) / 100;
  if (ms < 100) return Math.round(ms);
  if (ms < 1000) return Math.round(ms / 10) * 10;
  return Math.round(ms / 100) * 100;
}
