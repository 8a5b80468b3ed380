import type { Shard } from '#libs/workloads/driver.js';
import type { LoadSpec } from './load.schema.js';
import { part, spreadLanes } from '../lane-spread.js';

/** Lane g of all G lanes loads the files g, g + G, g + 2G … of the dataset, in the order of their names. */
export function planLoad(
  { lanes, concurrency }: Pick<LoadSpec, 'lanes' | 'concurrency'>,
  { executors }: { executors: number },
): Shard[] {
  const count = Math.min(executors, concurrency);
  const perShard = Math.max(1, Math.min(lanes, Math.floor(concurrency / count)));
  return spreadLanes(count, perShard, (place) => part(concurrency, place));
}
