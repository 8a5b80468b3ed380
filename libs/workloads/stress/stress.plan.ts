import type { Shard } from '#libs/workloads/driver.js';
import type { StressPlanSpec } from './stress.schema.js';
import { part, spreadLanes } from '../lane-spread.js';

/**
 * Splits a run over executors and their lanes. Lane g of all G lanes takes the work items g, g + G, g + 2G …, which
 * splits the count, the key sequence and the schedule exactly at once: item i is due at i / rate whoever takes it.
 * Threads are spread so that their sum is exact; a lane that would get none is not made.
 */
export function planStress(spec: StressPlanSpec, { executors }: { executors: number }): Shard[] {
  const { threads } = spec.rate;
  const shardCount = Math.min(executors, threads);
  const lanesPerShard = Math.max(1, Math.min(spec.lanes, Math.floor(threads / shardCount)));
  return spreadLanes(shardCount, lanesPerShard, (place) => part(threads, place));
}
