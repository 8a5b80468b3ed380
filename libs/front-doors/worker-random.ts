import { seededRandom } from '#libs/load/random.js';

/** The random numbers of one worker: workers draw apart, their numbers spread by Knuth's multiplicative hash. */
export const workerRandom = (seed: number, worker: number): (() => number) =>
  seededRandom((seed ^ Math.imul(worker + 1, 0x9e37_79b1)) >>> 0);
