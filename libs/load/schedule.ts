/** When the operations of one lane are due. */
export interface Schedule {
  /** Nanoseconds after the start at which the lane's operation number `index` (0, 1, 2 …, asked in order) is due. */
  dueNs(index: number): number;
}

/**
 * Item i of the whole run is due at i / rate; the lane has the items first, first + stride … Computed from the index in
 * one multiplication and one division, so that nothing drifts (an integer period of 666 ns would make 1.5 M/s 1.5015 M/s).
 */
export const constantSchedule = (ratePerSecond: number, first: number, stride: number): Schedule => ({
  dueNs: (index) => ((first + index * stride) * 1e9) / ratePerSecond,
});

/** Poisson arrivals: the sum over lanes of independent streams of rate / stride each is a stream of the whole rate. */
export function poissonSchedule(ratePerSecond: number, stride: number, random: () => number): Schedule {
  const meanGapNs = (1e9 * stride) / ratePerSecond;
  let dueNs = 0;
  return { dueNs: () => (dueNs -= Math.log(1 - random()) * meanGapNs) };
}
