import type { Shard } from '#libs/workloads/driver.js';
import type { LoadSpec } from './load.schema.js';

/** Lane g of all G lanes loads the files g, g + G, g + 2G … of the dataset, in the order of their names. */
export function planLoad(
  { lanes, concurrency }: Pick<LoadSpec, 'lanes' | 'concurrency'>,
  { executors }: { executors: number },
): Shard[] {
  const count = Math.min(executors, concurrency);
  const perShard = Math.max(1, Math.min(lanes, Math.floor(concurrency / count)));
  const stride = count * perShard;
  return Array.from({ length: count }, (_, index) => ({
    index,
    count,
    lanes: Array.from({ length: perShard }, (_unused, within) => {
      const first = within * count + index;
      return { first, stride, threads: Math.floor(concurrency / stride) + (first < concurrency % stride ? 1 : 0) };
    }),
  }));
}
