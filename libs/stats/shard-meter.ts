import type { TargetShardCounts } from '#libs/contract/interval.js';

/** Microseconds (of 1,024 ns) below this have a bucket each; above, each doubling has half as many. */
const LINEAR = 32;
const PER_DOUBLING = 16;
const FIRST_EXPONENT = 5;
const LAST_EXPONENT = 30;
const BUCKETS = LINEAR + (LAST_EXPONENT - FIRST_EXPONENT + 1) * PER_DOUBLING;
const NS_PER_UNIT = 1024;
const MOST_UNITS = 2 ** 31 - 1;

/** Bucket of a time: within 3.2 % of it. */
function bucketOf(ns: number): number {
  const units = Math.min(MOST_UNITS, Math.max(0, ns / NS_PER_UNIT)) | 0;
  if (units < LINEAR) return units;
  const exponent = 31 - Math.clz32(units);
  return LINEAR + (exponent - FIRST_EXPONENT) * PER_DOUBLING + ((units >>> (exponent - 4)) & (PER_DOUBLING - 1));
}

/** The middle of a bucket, ns. */
export function bucketNs(bucket: number): number {
  if (bucket < LINEAR) return (bucket + 0.5) * NS_PER_UNIT;
  const exponent = FIRST_EXPONENT + Math.floor((bucket - LINEAR) / PER_DOUBLING);
  const step = 2 ** (exponent - 4);
  return (PER_DOUBLING + ((bucket - LINEAR) % PER_DOUBLING) + 0.5) * step * NS_PER_UNIT;
}

/** What one lane sees of one shard of the target. Recording allocates nothing. */
export class ShardMeter {
  private operations = 0;
  private errors = 0;
  private sumNs = 0;
  private maxNs = 0;
  private readonly buckets = new Float64Array(BUCKETS);

  /** A request was answered, from `startNs` to `endNs` on one clock. */
  answered(startNs: number, endNs: number): void {
    const ns = endNs - startNs;
    const bucket = bucketOf(ns);
    this.operations++;
    this.sumNs += ns;
    if (ns > this.maxNs) this.maxNs = ns;
    this.buckets[bucket] = (this.buckets[bucket] ?? 0) + 1;
  }

  /** A request failed, or was not answered in time. */
  failed(): void {
    this.operations++;
    this.errors++;
  }

  /** What was counted since the last call; undefined when nothing was. */
  take(node: string, shard: number): TargetShardCounts | undefined {
    const { operations, errors, sumNs, maxNs } = this;
    if (operations === 0) return undefined;
    const buckets: number[] = [];
    this.buckets.forEach((count, bucket) => {
      if (count > 0) buckets.push(bucket, count);
    });
    this.operations = 0;
    this.errors = 0;
    this.sumNs = 0;
    this.maxNs = 0;
    this.buckets.fill(0);
    return { node, shard, operations, errors, sumNs: Math.round(sumNs), maxNs: Math.round(maxNs), buckets };
  }
}
