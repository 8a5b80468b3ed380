import type { Rule } from './audit.js';
import { LIMITS } from './audit-limits.js';
import { degraded, figure, invalid, percent, totalOf } from './audit-reason.js';

/** Was done what was planned, and is it enough to speak of? */
export const planRules: readonly Rule[] = [
  ({ expectation }) =>
    expectation.carriedOut
      ? undefined
      : degraded(
          'NOT_CARRIED_OUT',
          'The run ended before its plan was carried out: these figures are of the part before.',
        ),

  (input) => {
    const { operations: planned, carriedOut, lostShards = [] } = input.expectation;
    const total = totalOf(input);
    if (!carriedOut || planned === null || lostShards.length > 0) return undefined;
    const done = (total?.completed ?? 0) + (total?.dropped ?? 0);
    return done === planned
      ? undefined
      : invalid('OPERATIONS_MISSING', `${planned} operations were planned, ${done} are accounted for.`);
  },

  (input) => {
    const asked = input.expectation.ratePerSecond;
    if (asked === null) return undefined;
    let [completed, ms] = [0, 0];
    for (const shard of input.evidence.shards.values()) {
      completed += shard.steadyCompleted;
      ms += shard.steadyMs;
    }
    // The shards report side by side: together they are one stretch of time.
    const achieved = ms === 0 ? 1 : (completed * 1000 * input.evidence.shards.size) / ms / asked;
    if (achieved >= LIMITS.rateMetDegraded) return undefined;
    const say = achieved < LIMITS.rateMetInvalid ? invalid : degraded;
    return say(
      'RATE_MISSED',
      `${percent(achieved)} of the asked ${figure(asked)} operations per second were done: lower the rate, or give the run more threads.`,
    );
  },

  (input) => {
    const total = totalOf(input);
    if (!total || total.dropped <= total.scheduled * LIMITS.droppedDegraded) return undefined;
    const share = total.dropped / Math.max(1, total.scheduled);
    const say = share > LIMITS.droppedInvalid ? invalid : degraded;
    return say('DROPPED', `${total.dropped} operations (${percent(share)}) were due and never started.`);
  },

  (input) => {
    const total = totalOf(input);
    if (!total || !input.expectation.carriedOut) return undefined;
    const abandoned = total.scheduled - total.completed - total.dropped;
    return abandoned > total.scheduled * LIMITS.abandonedDegraded
      ? degraded(
          'ABANDONED',
          `${abandoned} operations were started and had no answer when the run was over: they are in no latency.`,
        )
      : undefined;
  },

  (input) => {
    const total = totalOf(input);
    const share = total && total.completed > 0 ? total.failed / total.completed : 0;
    if (!total || share <= LIMITS.failedDegraded) return undefined;
    const say = share > LIMITS.failedInvalid ? invalid : degraded;
    return say(
      'OPERATIONS_FAILED',
      `${total.failed} of ${total.completed} operations (${percent(share)}) failed: the latencies speak of the rest only.`,
    );
  },

  ({ coverage, evidence, expectation: { carriedOut, lostShards = [] } }) => {
    // The end of a run that was not carried out stops all shards: only what they did not report counts against it.
    const named = carriedOut ? lostShards : [];
    if (evidence.intervals === 0 || (coverage >= LIMITS.coverageDegraded && named.length === 0)) return undefined;
    const say = coverage < LIMITS.coverageInvalid ? invalid : degraded;
    const lost = named.length > 0 ? ` (lost: shard ${named.join(', shard ')})` : '';
    const measurement = carriedOut ? 'the planned measurement' : 'the measurement until the run ended';
    return say('COVERAGE', `${percent(coverage)} of ${measurement} reported${lost}.`);
  },

  ({ startSkewMs, expectation }) =>
    startSkewMs !== null && startSkewMs > expectation.maxStartSkewMs
      ? degraded(
          'START_SKEW',
          `The executors started ${figure(startSkewMs)} ms apart, above the limit of ${figure(expectation.maxStartSkewMs)} ms.`,
        )
      : undefined,

  (input) => {
    const count = totalOf(input)?.serviceTime.count;
    return count !== undefined && count < LIMITS.samplesDegraded
      ? degraded(
          'FEW_SAMPLES',
          `${count} successful operations are too few for a 99th percentile; it takes ${LIMITS.samplesDegraded}.`,
        )
      : undefined;
  },
];
