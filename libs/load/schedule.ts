/** When the operations of one lane are due. */
export interface Schedule {
  /**
   * Nanoseconds after the start at which the lane's operation number `index` (0, 1, 2 …, asked in order) is due; Infinity
   * while that is not known.
   */
  dueNs(index: number): number;
  /** How many of the lane's operations are due before `ns`. Random arrivals answer an expectation beyond those drawn. */
  countBefore(ns: number): number;
  /** True when `countBefore` is exact, so that the number of operations of a whole run is. */
  readonly exact: boolean;
}

/** A product of decimal numbers that misses a whole number by less than this (relatively) is meant to be that number. */
const ROUNDING = 1e-9;

/**
 * Item i of the whole run is due at i / rate; the lane has the items first, first + stride … Computed from the index in
 * one multiplication and one division, so that nothing drifts (an integer period of 666 ns would make 1.5 M/s 1.5015 M/s).
 * Over a duration D all lanes together have exactly rate x D operations.
 */
export function constantSchedule(ratePerSecond: number, first: number, stride: number): Schedule {
  return {
    exact: true,
    dueNs: (index) => ((first + index * stride) * 1e9) / ratePerSecond,
    countBefore: (ns) => {
      // Milliseconds first: they are whole for every duration that can be asked for.
      const items = (ratePerSecond * (ns / 1e6)) / 1e3;
      const whole = Math.round(items);
      const due = Math.abs(items - whole) <= ROUNDING * Math.max(1, whole) ? whole : Math.ceil(items);
      return Math.max(0, Math.ceil((due - first) / stride));
    },
  };
}

/**
 * Poisson arrivals: gaps are exponential, -ln(1 - u) x mean. The sum over lanes of independent streams of rate / stride
 * each is a stream of the whole rate. `random` is in [0, 1).
 */
export function poissonSchedule(ratePerSecond: number, stride: number, random: () => number): Schedule {
  const meanGapNs = (1e9 * stride) / ratePerSecond;
  let drawn = 0;
  let dueNs = 0;
  return {
    exact: false,
    dueNs: () => {
      drawn++;
      return (dueNs -= Math.log(1 - random()) * meanGapNs);
    },
    countBefore: (ns) => (ns <= dueNs ? Math.max(0, drawn - 1) : drawn + Math.round((ns - dueNs) / meanGapNs)),
  };
}
