import type { Rule } from './audit.js';
import { LIMITS } from './audit-limits.js';
import { degraded, figure, invalid, percent, totalOf } from './audit-reason.js';

/** Did we measure the target, or ourselves? A run that makes data measures itself, and may. */
export const generatorRules: readonly Rule[] = [
  ({ evidence: { eventLoopDelayMaxMs: delayMs }, expectation: { measuresItself = false } }) => {
    if (measuresItself || delayMs <= LIMITS.eventLoopDelayDegradedMs) return undefined;
    const say = delayMs > LIMITS.eventLoopDelayInvalidMs ? invalid : degraded;
    return say(
      'EVENT_LOOP_DELAY',
      `A load thread did not look at its sockets for ${figure(delayMs)} ms: the latencies of that moment are the generator's own.`,
    );
  },

  ({ evidence: { saturatedIntervals, wholeIntervals }, expectation: { measuresItself = false } }) =>
    !measuresItself && saturatedIntervals > wholeIntervals * LIMITS.loadIntervalsDegraded
      ? degraded(
          'GENERATOR_SATURATED',
          `A load thread was busy for more than ${percent(LIMITS.loadDegraded)} of the time in ${saturatedIntervals} of ${wholeIntervals} intervals, so this is the generator's ceiling and not the target's: add lanes or executors.`,
        )
      : undefined,

  ({ evidence: { gcShareMax } }) =>
    gcShareMax > LIMITS.gcShareDegraded
      ? degraded('GC_PAUSES', `Garbage collection took ${percent(gcShareMax)} of one interval of a load thread.`)
      : undefined,

  ({ evidence: { clockJumpMaxMs } }) =>
    clockJumpMaxMs > LIMITS.clockJumpDegradedMs
      ? degraded(
          'CLOCK_JUMP',
          `The wall clock of an executor was set by ${figure(clockJumpMaxMs)} ms during the run: its intervals may not align with the others'.`,
        )
      : undefined,

  (input) => {
    const wait = totalOf(input)?.waitTime;
    return input.expectation.ratePerSecond !== null && wait && wait.p50Ms > LIMITS.waitMedianDegradedMs
      ? degraded(
          'SCHEDULE_LAG',
          `Half of the operations started ${figure(wait.p50Ms)} ms or more after they were due: the target or the generator does not keep up.`,
        )
      : undefined;
  },

  (input) => {
    const { evidence, expectation } = input;
    const scheduled = totalOf(input)?.scheduled ?? 0;
    return expectation.ratePerSecond !== null && evidence.capHits > scheduled * LIMITS.capHitsDegraded
      ? degraded(
          'IN_FLIGHT_CAP',
          `${evidence.capHits} times an operation was due while all ${expectation.threads} threads were busy: its wait is in the response time, but more threads would show the target's own.`,
        )
      : undefined;
  },
];
