import type { ProblemCode } from '#libs/contract/problem.js';
import type { StoredRun } from '#libs/store/port.js';
import { failureOf, isSettled } from '../parent/step-outcome.js';
import { plannedRatePerSecond } from '../planned-rate.js';
import { isCapped } from './probe-rate.js';
import type { LimitedBy, Probed } from './search.schema.js';

/**
 * Reasons of validity that say that the rate was too much. In a run of its own they forbid to trust the figures; in a search
 * they are what it looks for.
 */
const TOO_MUCH: ReadonlySet<string> = new Set([
  'RATE_MISSED',
  'DROPPED',
  'OPERATIONS_FAILED',
  'SCHEDULE_LAG',
  'IN_FLIGHT_CAP',
  'ABANDONED',
]);
/** Of those, the ones that mean that the rate was not reached. */
const NOT_REACHED: ReadonlySet<string> = new Set(['RATE_MISSED', 'DROPPED', 'OPERATIONS_FAILED']);
/** What the generator did itself, whatever its degree: a rate that is missed meanwhile is not the target's fault. */
const OWN_FAULTS: ReadonlySet<string> = new Set([
  'EVENT_LOOP_DELAY',
  'GC_PAUSES',
  'CLOCK_JUMP',
  'START_SKEW',
  'COVERAGE',
]);
/** Failures that say nothing of the target: the probe is made again. */
const ACCIDENTS: ReadonlySet<ProblemCode> = new Set(['EXECUTOR_LOST', 'LANE_CRASHED', 'DEADLINE_EXCEEDED']);

type Outcome = Pick<Probed, 'outcome' | 'limitedBy' | 'reason'>;

/** Of a cap: whatever a run does at its start and its end is part of its time. */
const CAP_REACHED = 0.95;

/** Says that a run whose rate is a cap stayed below it. */
function belowCap(run: StoredRun): { message: string } | undefined {
  const asked = isCapped(run.kind) ? plannedRatePerSecond(run) : null;
  const done = run.summary?.operations['total']?.ratePerSecond ?? 0;
  return asked === null || done >= CAP_REACHED * asked
    ? undefined
    : { message: `${done.toFixed(1)} of at most ${asked} per second were done` };
}

/** What a probe says of its rate. */
export function probeOutcome(run: StoredRun, nowMs: number): Outcome {
  const { status, problem, summary } = run;
  if (!isSettled(run, nowMs)) return { outcome: 'running', limitedBy: null, reason: null };
  if (problem?.code === 'OPERATIONS_FAILED') return { outcome: 'missed', limitedBy: 'target', reason: problem.detail };
  if (status === 'interrupted' || (problem && ACCIDENTS.has(problem.code)))
    return { outcome: 'invalid', limitedBy: null, reason: failureOf(run) };
  if (status !== 'completed' || summary === null)
    return { outcome: 'failed', limitedBy: null, reason: failureOf(run) ?? 'nothing was measured' };
  const { reasons } = summary.validity;
  const unbelievable = reasons.find(({ level, code }) => level === 'invalid' && !TOO_MUCH.has(code));
  if (unbelievable) return { outcome: 'invalid', limitedBy: null, reason: unbelievable.message };
  const short = reasons.find(({ code }) => NOT_REACHED.has(code)) ?? belowCap(run);
  if (!short && summary.verdict !== 'failed') return { outcome: 'met', limitedBy: null, reason: null };
  const ownFault = reasons.find(({ code }) => OWN_FAULTS.has(code));
  if (ownFault) return { outcome: 'invalid', limitedBy: null, reason: ownFault.message };
  const saturated = reasons.find(({ code }) => code === 'GENERATOR_SATURATED');
  const limitedBy: LimitedBy = saturated ? 'generator' : short ? 'target' : 'thresholds';
  return { outcome: 'missed', limitedBy, reason: saturated?.message ?? short?.message ?? failureOf(run) };
}
