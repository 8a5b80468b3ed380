import type { Shard } from '#libs/workloads/driver.js';
import type { GenerateSpec } from './generate.schema.js';

/** Lane g of all G lanes writes the files g, g + G, g + 2G …; a lane that would get none is not made. */
export function planGenerate(
  { files, lanes }: Pick<GenerateSpec, 'files' | 'lanes'>,
  { executors }: { executors: number },
): Shard[] {
  const count = Math.min(executors, files);
  const perShard = Math.min(lanes, Math.ceil(files / count));
  const stride = count * perShard;
  return Array.from({ length: count }, (_, index) => ({
    index,
    count,
    lanes: Array.from({ length: perShard }, (_unused, within) => ({
      first: within * count + index,
      stride,
      threads: 1,
    })).filter(({ first }) => first < files),
  }));
}
