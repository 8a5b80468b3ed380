import type { Shard } from '#libs/workloads/driver.js';
import type { SoakSpec } from './soak.schema.js';
import { part, spreadLanes } from '../lane-spread.js';

/** Numbers of the whole run's `count` that are of a lane: first, first + stride … */
export const ownOf = (count: number, { first, stride }: { first: number; stride: number }): number[] =>
  Array.from({ length: part(count, { first, stride }) }, (_, index) => first + index * stride);

/** Keys that a lane may remember, one at least; their sum is exact where there are as many keys as lanes. */
export const poolOf = ({ pool }: Pick<SoakSpec, 'pool'>, share: { first: number; stride: number }): number =>
  Math.max(1, part(pool.keys, share));

/**
 * Splits batches in flight over all lanes so that their sum is exact; writers and readers go to the lanes by turns, and a
 * reader's rate with it.
 */
export const planSoak = (
  { lanes, batchesInFlight }: Pick<SoakSpec, 'lanes' | 'batchesInFlight'>,
  { executors }: { executors: number },
): Shard[] => spreadLanes(executors, lanes, (place) => part(batchesInFlight, place));
