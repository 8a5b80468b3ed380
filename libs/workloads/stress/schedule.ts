import { constantSchedule, poissonSchedule, type Schedule } from '#libs/load/schedule.js';
import type { LaneShare } from '#libs/workloads/lane/message.js';
import { laneRandom } from './stress.source.js';
import type { StressPlanSpec } from './stress.schema.js';

/** When a lane's operations are due; undefined in a free-running closed loop. A throttle is a schedule that never drops. */
export function scheduleOf(spec: StressPlanSpec, share: LaneShare): Schedule | undefined {
  const { rate } = spec;
  if (rate.model === 'closed') {
    return rate.throttlePerSecond === undefined
      ? undefined
      : constantSchedule(rate.throttlePerSecond, share.first, share.stride);
  }
  return rate.arrival === 'poisson'
    ? poissonSchedule(rate.ratePerSecond, share.stride, laneRandom(spec, share, 4))
    : constantSchedule(rate.ratePerSecond, share.first, share.stride);
}
