import { sampler } from '#libs/cdc/sample.js';
import type { LanePlace } from '#libs/workloads/lane-spread.js';
import type { CdcSpec } from '../cdc.schema.js';

/**
 * Which keys the verifier of one executor follows: sampled ones that its own lanes write. A log tells of the rows of all
 * executors, and of those of others nobody here knows what they must be.
 */
export function followedKeys(
  { seed, verification }: Pick<CdcSpec, 'seed' | 'verification'>,
  lanes: readonly LanePlace[],
): (key: number) => boolean {
  const isSampled = sampler(seed, verification.sampleShare);
  // Every lane of a run counts in the same steps.
  const stride = lanes[0]?.stride ?? 1;
  const firsts = new Set(lanes.map(({ first }) => first));
  return (key) => firsts.has(key % stride) && isSampled(key);
}
