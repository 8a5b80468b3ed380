import type { SizeBin } from '#libs/workloads/generate/generate.schema.js';

const WORDS = 2 ** 32;

/** The first index whose value is above `value`; the last one when none is. */
function above(values: Float64Array, value: number): number {
  let [low, high] = [0, values.length - 1];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((values[middle] ?? 0) > value) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Draws row sizes from a histogram: one random word gives one size. Allocation-free. */
export class SizeDraw {
  private readonly upTo: Float64Array;
  private readonly from: Float64Array;
  private readonly width: Float64Array;
  private readonly share: Float64Array;

  constructor(bins: readonly SizeBin[]) {
    let sum = 0;
    this.upTo = Float64Array.from(bins, ({ share }) => (sum += share));
    this.from = Float64Array.from(bins, ({ fromBytes }) => fromBytes);
    this.width = Float64Array.from(bins, ({ fromBytes, toBytes }) => toBytes - fromBytes + 1);
    this.share = Float64Array.from(bins, ({ share }) => share);
  }

  /** Size in bytes for 32 random bits. */
  bytes(word: number): number {
    const drawn = (word >>> 0) / WORDS;
    const bin = above(this.upTo, drawn);
    const share = this.share[bin] ?? 1;
    const width = this.width[bin] ?? 1;
    const within = (drawn - (this.upTo[bin] ?? 1) + share) / share;
    // Sums of shares are rounded: a hair beyond an edge belongs to its bin.
    return (this.from[bin] ?? 0) + Math.max(0, Math.min(width - 1, Math.floor(within * width)));
  }
}

/** What sizes rows have, by bin. */
export interface SizeCounts {
  counts: number[];
  totalBytes: number;
  minBytes: number;
  maxBytes: number;
}

/** Counts row sizes by bin. Allocation-free. */
export class SizeTally {
  private readonly edges: Float64Array;
  private readonly counted: Float64Array;
  private totalBytes = 0;
  private minBytes = Infinity;
  private maxBytes = 0;

  constructor(bins: readonly SizeBin[]) {
    this.edges = Float64Array.from(bins, ({ toBytes }) => toBytes);
    this.counted = new Float64Array(bins.length);
  }

  add(bytes: number): void {
    const bin = above(this.edges, bytes - 1);
    this.counted[bin] = (this.counted[bin] ?? 0) + 1;
    this.totalBytes += bytes;
    if (bytes < this.minBytes) this.minBytes = bytes;
    if (bytes > this.maxBytes) this.maxBytes = bytes;
  }

  /** What was counted since the last call. */
  take(): SizeCounts {
    const { totalBytes, maxBytes } = this;
    const taken = { counts: [...this.counted], totalBytes, minBytes: maxBytes === 0 ? 0 : this.minBytes, maxBytes };
    this.counted.fill(0);
    this.totalBytes = 0;
    this.minBytes = Infinity;
    this.maxBytes = 0;
    return taken;
  }
}
