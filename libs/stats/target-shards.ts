import type { TargetShardCounts } from '#libs/contract/interval.js';
import type { TargetShardFigures } from '#libs/contract/summary.js';
import { bucketNs } from './shard-meter.js';

const NS_PER_MS = 1e6;
/** A percentile needs as many samples beyond it; see figures.ts. */
const SAMPLES_BEYOND = 10;

interface Held extends Omit<TargetShardCounts, 'buckets'> {
  /** Answers by bucket. */
  counts: Map<number, number>;
}

/** Adds up what was seen of each shard of the target, over lanes, executors and intervals, in bounded memory. */
export class TargetShardFold {
  private readonly shards = new Map<string, Held>();

  add(all: readonly TargetShardCounts[]): void {
    for (const { node, shard, operations, errors, sumNs, maxNs, buckets } of all) {
      const held = this.of(node, shard);
      held.operations += operations;
      held.errors += errors;
      held.sumNs += sumNs;
      held.maxNs = Math.max(held.maxNs, maxNs);
      for (let at = 0; at + 1 < buckets.length; at += 2) {
        const bucket = buckets[at] ?? 0;
        held.counts.set(bucket, (held.counts.get(bucket) ?? 0) + (buckets[at + 1] ?? 0));
      }
    }
  }

  /** The sums, by node and shard. */
  counts(): TargetShardCounts[] {
    return this.sorted().map(({ counts, ...rest }) => ({ ...rest, buckets: inOrder(counts).flat() }));
  }

  /** What the sums amount to, by node and shard. */
  figures(): TargetShardFigures[] {
    return this.sorted().map(({ node, shard, operations, errors, sumNs, maxNs, counts }) => {
      const answered = operations - errors;
      const at = (percentile: number): number | null =>
        answered > 0 ? percentileNs(inOrder(counts), answered, percentile, maxNs) / NS_PER_MS : null;
      return {
        node,
        shard,
        operations,
        errors,
        meanMs: answered > 0 ? sumNs / answered / NS_PER_MS : null,
        p50Ms: at(50),
        p99Ms: answered * 0.01 >= SAMPLES_BEYOND ? at(99) : null,
        maxMs: answered > 0 ? maxNs / NS_PER_MS : null,
      };
    });
  }

  private of(node: string, shard: number): Held {
    const key = `${node} ${shard}`;
    const held = this.shards.get(key) ?? {
      node,
      shard,
      operations: 0,
      errors: 0,
      sumNs: 0,
      maxNs: 0,
      counts: new Map<number, number>(),
    };
    this.shards.set(key, held);
    return held;
  }

  private sorted(): Held[] {
    return [...this.shards.values()].sort((a, b) => a.node.localeCompare(b.node, 'en') || a.shard - b.shard);
  }
}

const inOrder = (counts: ReadonlyMap<number, number>): [number, number][] => [...counts].sort(([a], [b]) => a - b);

/** The middle of the bucket that holds the percentile, and never more than the largest time. */
function percentileNs(
  buckets: readonly (readonly [number, number])[],
  total: number,
  percentile: number,
  maxNs: number,
): number {
  const rank = Math.max(1, Math.ceil((total * percentile) / 100));
  let below = 0;
  for (const [bucket, count] of buckets) {
    below += count;
    if (below >= rank) return Math.min(bucketNs(bucket), maxNs);
  }
  return maxNs;
}

/** The sum of several reports; undefined when there is none. */
export function mergeTargetShards(
  all: readonly (readonly TargetShardCounts[] | undefined)[],
): TargetShardCounts[] | undefined {
  const present = all.filter((one) => one !== undefined);
  if (present.length === 0) return undefined;
  const fold = new TargetShardFold();
  for (const one of present) fold.add(one);
  return fold.counts();
}
