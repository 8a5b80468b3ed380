import { Histogram } from './histogram.js';

/** Figures of differences of times, which may be below 0; milliseconds, null when nothing was recorded. */
export interface SignedFigures {
  count: number;
  minMs: number | null;
  meanMs: number | null;
  p50Ms: number | null;
  p95Ms: number | null;
  p99Ms: number | null;
  maxMs: number | null;
}

/** What `SignedLatency.merged` takes: the figures of a part, and its two histograms as `Histogram.encode` gives them. */
export interface SignedPart {
  figures: SignedFigures;
  above: Uint8Array;
  below: Uint8Array;
}

const NS_PER_MS = 1e6;

/** Differences of times of both signs: two histograms, of which one holds what is below 0 without its sign. */
export class SignedLatency {
  private readonly above = Histogram.empty();
  private readonly below = Histogram.empty();
  private sumMs = 0;
  private minMs = Infinity;
  private maxMs = -Infinity;

  /** All parts as if they had been recorded into one: percentiles are those of all values. */
  static merged(parts: readonly SignedPart[]): SignedLatency {
    const sum = new SignedLatency();
    for (const { figures, above, below } of parts) {
      const { count, meanMs, minMs, maxMs } = figures;
      sum.above.addEncoded(above);
      sum.below.addEncoded(below);
      sum.sumMs += count * (meanMs ?? 0);
      sum.minMs = Math.min(sum.minMs, minMs ?? Infinity);
      sum.maxMs = Math.max(sum.maxMs, maxMs ?? -Infinity);
    }
    return sum;
  }

  record(ms: number): void {
    if (ms < 0) this.below.record(-ms * NS_PER_MS);
    else this.above.record(ms * NS_PER_MS);
    this.sumMs += ms;
    this.minMs = Math.min(this.minMs, ms);
    this.maxMs = Math.max(this.maxMs, ms);
  }

  get count(): number {
    return this.above.count + this.below.count;
  }

  get negative(): number {
    return this.below.count;
  }

  /** `percentile` from 0 to 100; null when nothing was recorded. */
  percentileMs(percentile: number): number | null {
    const { above, below, count } = this;
    if (count === 0) return null;
    const rank = Math.max(1, Math.ceil((percentile / 100) * count));
    const ns =
      rank <= below.count
        ? -below.valueAtNs((100 * (below.count - rank + 1)) / below.count)
        : above.valueAtNs((100 * (rank - below.count)) / above.count);
    return Math.min(this.maxMs, Math.max(this.minMs, ns / NS_PER_MS));
  }

  figures(): SignedFigures {
    const { count } = this;
    return {
      count,
      minMs: count === 0 ? null : this.minMs,
      meanMs: count === 0 ? null : this.sumMs / count,
      p50Ms: this.percentileMs(50),
      p95Ms: this.percentileMs(95),
      p99Ms: this.percentileMs(99),
      maxMs: count === 0 ? null : this.maxMs,
    };
  }

  part(): SignedPart {
    return { figures: this.figures(), above: this.above.encode(), below: this.below.encode() };
  }

  destroy(): void {
    this.above.destroy();
    this.below.destroy();
  }
}
