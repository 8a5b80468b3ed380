import { mixed } from './row-value.js';

const TWO_32 = 4_294_967_296;
/** A place that no column has. */
const SAMPLE_PLACE = -2;

/** Whether a key is one whose changes are verified: all of them, so that its end state is known. Seeded. */
export const sampler = (seed: number, share: number): ((key: number) => boolean) => {
  const below = share * TWO_32;
  return share >= 1 ? () => true : (key) => mixed(seed, key, 0, SAMPLE_PLACE) < below;
};
