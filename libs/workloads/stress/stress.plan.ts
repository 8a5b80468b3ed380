import type { Shard } from '#libs/workloads/driver.js';
import type { StressPlanSpec } from './stress.schema.js';

/**
 * Splits a run over executors and their lanes. Lane g of all G lanes takes the work items g, g + G, g + 2G …, which
 * splits the count, the key sequence and the schedule exactly at once: item i is due at i / rate whoever takes it.
 * Threads are spread so that their sum is exact; a lane that would get none is not made.
 */
export function planStress(spec: StressPlanSpec, { executors }: { executors: number }): Shard[] {
  const { threads } = spec.rate;
  const shardCount = Math.min(executors, threads);
  const lanesPerShard = Math.max(1, Math.min(spec.lanes, Math.floor(threads / shardCount)));
  const stride = shardCount * lanesPerShard;
  const threadsOf = (lane: number) => Math.floor(threads / stride) + (lane < threads % stride ? 1 : 0);
  return Array.from({ length: shardCount }, (_, index) => ({
    index,
    count: shardCount,
    lanes: Array.from({ length: lanesPerShard }, (_unused, within) => {
      // Neighbouring items go to different executors, so that every one sees the whole range of keys.
      const first = within * shardCount + index;
      return { first, stride, threads: threadsOf(first) };
    }),
  }));
}
