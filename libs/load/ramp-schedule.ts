import type { Schedule } from './schedule.js';

/**
 * The same arrivals with a rate that rises evenly from 0 over `rampNs`, then stays: what an even rate has in its first u
 * nanoseconds, the ramp has after sqrt(2 u ramp) while it rises, and after u + ramp / 2 from then on (the integral of the
 * rate, solved for the time).
 */
export function rampedSchedule(even: Schedule, rampNs: number): Schedule {
  if (rampNs <= 0) return even;
  const half = rampNs / 2;
  return {
    exact: even.exact,
    dueNs(index) {
      const evenNs = even.dueNs(index);
      return evenNs < half ? Math.sqrt(2 * evenNs * rampNs) : evenNs + half;
    },
    countBefore: (ns) => even.countBefore(ns < rampNs ? (ns * ns) / (2 * rampNs) : ns - half),
  };
}
