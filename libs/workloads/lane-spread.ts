import type { Shard } from './driver.js';

/** Lane `first` of all `stride` lanes of a run takes the work items first, first + stride … */
export interface LanePlace {
  first: number;
  stride: number;
}

/** What a lane takes of a whole: its even share, and one more where the whole does not go up. Over all lanes exact. */
export const part = (whole: number, { first, stride }: LanePlace): number =>
  Math.floor(whole / stride) + (first < whole % stride ? 1 : 0);

/**
 * The shards of `executors` with `lanes` each. Neighbouring items go to different executors, so that every one sees the
 * whole range; `threadsOf` says what a lane does at once, `within` being its index in its executor.
 */
export const spreadLanes = (
  executors: number,
  lanes: number,
  threadsOf: (place: LanePlace, within: number) => number,
): Shard[] =>
  Array.from({ length: executors }, (_, index) => ({
    index,
    count: executors,
    lanes: Array.from({ length: lanes }, (_unused, within) => {
      const place = { first: within * executors + index, stride: executors * lanes };
      return { ...place, threads: threadsOf(place, within) };
    }),
  }));
