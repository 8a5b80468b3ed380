import type { StoredInterval } from '#libs/store/port.js';
import { IntervalFold } from './interval-fold.js';

export interface CoarseInterval {
  /** Index of the coarse interval: interval / factor, rounded down. */
  index: number;
  fold: IntervalFold;
}

/** Merges `factor` neighbouring intervals of a run into one. */
export async function* coarser(
  groups: AsyncIterable<readonly StoredInterval[]>,
  factor: number,
): AsyncGenerator<CoarseInterval, void, undefined> {
  let current: CoarseInterval | undefined;
  for await (const group of groups) {
    const index = Math.floor((group[0]?.interval ?? 0) / factor);
    if (current !== undefined && current.index !== index) yield current;
    if (current?.index !== index) current = { index, fold: new IntervalFold() };
    current.fold.add(group);
  }
  if (current !== undefined) yield current;
}
