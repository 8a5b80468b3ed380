import type { IntervalSnapshot } from '#libs/contract/interval.js';
import type { Validity } from '#libs/contract/status.js';
import type { LatencyFigures } from '#libs/contract/interval.js';
import type { OperationSummary } from '#libs/contract/summary.js';
import { Histogram } from './histogram.js';

/** What the run was to do, as far as the audit needs it. */
export interface Expectation {
  shards: number;
  /** Load threads of each executor: a core each. */
  lanesPerShard: number;
  /** Operations in flight at most, over all executors. */
  threads: number;
  /** Asked arrival rate; null in a closed loop. */
  ratePerSecond: number | null;
  /** Operations to do; null for runs that end by time. */
  operations: number | null;
  maxStartSkewMs: number;
  /** False when the run was cancelled, failed or interrupted: what was measured is partial. */
  carriedOut: boolean;
}

interface AuditInput {
  intervals: readonly IntervalSnapshot[];
  operations: Record<string, OperationSummary>;
  durationMs: number;
  startSkewMs: number | null;
  coverage: number;
  expectation: Expectation;
}

/** The limits of every rule, in one place. */
export const LIMITS = {
  /** A load thread that was deaf for so long measured itself. */
  eventLoopDelayDegradedMs: 100,
  eventLoopDelayInvalidMs: 1000,
  /** More than this share of a core for each load thread is the generator's ceiling. */
  cpuShareDegraded: 0.97,
  /** Median start after due, milliseconds. */
  waitMedianDegradedMs: 5,
  /** Achieved share of the asked rate. */
  rateMetDegraded: 0.99,
  rateMetInvalid: 0.9,
  gcPauseDegradedMs: 200,
  droppedShareDegraded: 0,
  droppedShareInvalid: 0.05,
  failedShareDegraded: 0.01,
  coverageDegraded: 0.99,
  coverageInvalid: 0.5,
  /** Fewer operations than this say nothing about a 99th percentile. */
  samplesDegraded: 1000,
  /** In flight by Little's law (rate x mean service time) may exceed the threads by so much. */
  littlesLawTolerance: 0.1,
} as const;

type Reason = Validity['reasons'][number];
type Rule = (input: AuditInput) => Reason | undefined;

const reason = (level: Reason['level'], code: string, message: string): Reason => ({ code, level, message });
const figure = (value: number): string => (Number.isInteger(value) ? String(value) : value.toPrecision(4));
const share = (value: number): string => `${figure(value * 100)} %`;
const totalOf = ({ operations }: AuditInput): OperationSummary | undefined => operations['total'];

const ordered = ({ count, minMs, p50Ms, p95Ms, p99Ms, p999Ms, maxMs }: LatencyFigures): boolean => {
  const ladder = [minMs, p50Ms, p95Ms, p99Ms, p999Ms, maxMs].filter((value) => value !== null);
  return count === 0 || ladder.every((value, index) => index === 0 || value >= (ladder[index - 1] ?? 0));
};

const encodedCount = (bytes: Uint8Array): number => {
  const histogram = Histogram.decode(bytes);
  const { count } = histogram;
  histogram.destroy();
  return count;
};

const RULES: readonly Rule[] = [
  ({ intervals }) =>
    intervals.length === 0
      ? reason('invalid', 'NO_INTERVALS', 'nothing was measured: no interval was reported')
      : undefined,

  (input) => {
    const total = totalOf(input);
    const bad = Object.entries(input.operations).find(
      ([, operation]) => operation.serviceTime.count !== operation.completed - operation.failed,
    );
    return total && bad
      ? reason(
          'invalid',
          'COUNTS_DIFFER',
          `${bad[0]}: the histogram has ${bad[1].serviceTime.count} operations, the counters ${bad[1].completed - bad[1].failed}`,
        )
      : undefined;
  },

  ({ intervals }) => {
    const wrong = intervals.find((one) =>
      Object.values(one.operations).some(
        (operation) => encodedCount(operation.st) !== operation.completed - operation.failed,
      ),
    );
    return wrong
      ? reason(
          'invalid',
          'INTERVAL_COUNTS_DIFFER',
          `interval ${wrong.interval}: its histogram and its counters disagree`,
        )
      : undefined;
  },

  (input) => {
    const bad = Object.entries(input.operations).find(([, operation]) => !ordered(operation.serviceTime));
    return bad ? reason('invalid', 'PERCENTILES_UNORDERED', `${bad[0]}: percentiles do not rise`) : undefined;
  },

  (input) => {
    const { operations: expected, carriedOut } = input.expectation;
    const total = totalOf(input);
    const done = (total?.completed ?? 0) + (total?.dropped ?? 0);
    return carriedOut && expected !== null && done !== expected
      ? reason('invalid', 'OPERATIONS_MISSING', `${expected} operations were planned, ${done} are accounted for`)
      : undefined;
  },

  (input) => {
    const total = totalOf(input);
    if (!total || input.durationMs < 1000) return undefined;
    const inFlight = total.ratePerSecond * (total.serviceTime.meanMs / 1000);
    return inFlight > input.expectation.threads * (1 + LIMITS.littlesLawTolerance)
      ? reason(
          'invalid',
          'LITTLES_LAW',
          `rate times mean service time gives ${figure(inFlight)} in flight, but at most ${input.expectation.threads} were allowed`,
        )
      : undefined;
  },

  ({ expectation }) =>
    expectation.carriedOut
      ? undefined
      : reason('degraded', 'NOT_CARRIED_OUT', 'the run ended before its plan was carried out'),

  ({ intervals }) => {
    const delayMs = Math.max(0, ...intervals.map((one) => one.self.eventLoopDelayMaxMs));
    if (delayMs <= LIMITS.eventLoopDelayDegradedMs) return undefined;
    const level = delayMs > LIMITS.eventLoopDelayInvalidMs ? 'invalid' : 'degraded';
    return reason(
      level,
      'EVENT_LOOP_DELAY',
      `a load thread did not look at its sockets for ${figure(delayMs)} ms: latencies of that moment are the generator's`,
    );
  },

  ({ intervals, expectation }) => {
    const full = intervals.filter((one) => !one.partial && one.lengthMs >= 500);
    const busy = full.filter(
      (one) => one.self.cpuUs / 1000 / one.lengthMs / expectation.lanesPerShard > LIMITS.cpuShareDegraded,
    );
    return expectation.ratePerSecond !== null && full.length > 0 && busy.length > full.length / 2
      ? reason(
          'degraded',
          'GENERATOR_SATURATED',
          `an executor used more than ${share(LIMITS.cpuShareDegraded)} of a core for each load thread in ${busy.length} of ${full.length} intervals: add lanes or executors`,
        )
      : undefined;
  },

  (input) => {
    const wait = totalOf(input)?.waitTime;
    return wait && wait.p50Ms > LIMITS.waitMedianDegradedMs
      ? reason(
          'degraded',
          'SCHEDULE_LAG',
          `half of the operations started more than ${figure(wait.p50Ms)} ms after they were due: the target or the generator does not keep up`,
        )
      : undefined;
  },

  (input) => {
    const asked = input.expectation.ratePerSecond;
    const total = totalOf(input);
    if (asked === null || !total || input.durationMs < 1000) return undefined;
    const achieved = (total.completed * 1000) / input.durationMs / asked;
    if (achieved >= LIMITS.rateMetDegraded) return undefined;
    return reason(
      achieved < LIMITS.rateMetInvalid ? 'invalid' : 'degraded',
      'RATE_MISSED',
      `${share(achieved)} of the asked ${figure(asked)} operations per second were done`,
    );
  },

  (input) => {
    const total = totalOf(input);
    const dropped = total && total.scheduled > 0 ? total.dropped / total.scheduled : 0;
    if (dropped <= LIMITS.droppedShareDegraded) return undefined;
    return reason(
      dropped > LIMITS.droppedShareInvalid ? 'invalid' : 'degraded',
      'DROPPED',
      `${total?.dropped ?? 0} operations (${share(dropped)}) were due and never started`,
    );
  },

  ({ intervals }) => {
    const pauseMs = Math.max(0, ...intervals.map((one) => one.self.gcPauseMs));
    return pauseMs > LIMITS.gcPauseDegradedMs
      ? reason('degraded', 'GC_PAUSES', `garbage collection took ${figure(pauseMs)} ms of an interval`)
      : undefined;
  },

  (input) => {
    const total = totalOf(input);
    const failed = total && total.completed > 0 ? total.failed / total.completed : 0;
    return failed > LIMITS.failedShareDegraded
      ? reason(
          'degraded',
          'OPERATIONS_FAILED',
          `${share(failed)} of the operations failed: the figures speak of the rest only`,
        )
      : undefined;
  },

  ({ coverage, intervals }) => {
    if (intervals.length === 0 || coverage >= LIMITS.coverageDegraded) return undefined;
    return reason(
      coverage < LIMITS.coverageInvalid ? 'invalid' : 'degraded',
      'COVERAGE',
      `only ${share(coverage)} of the planned measurement reported`,
    );
  },

  ({ startSkewMs, expectation }) =>
    startSkewMs !== null && startSkewMs > expectation.maxStartSkewMs
      ? reason(
          'degraded',
          'START_SKEW',
          `executors started ${figure(startSkewMs)} ms apart, above the limit of ${figure(expectation.maxStartSkewMs)} ms`,
        )
      : undefined,

  (input) => {
    const count = totalOf(input)?.serviceTime.count ?? 0;
    return input.intervals.length > 0 && count < LIMITS.samplesDegraded
      ? reason(
          'degraded',
          'FEW_SAMPLES',
          `${count} successful operations are too few for a 99th percentile; expected at least ${LIMITS.samplesDegraded}`,
        )
      : undefined;
  },
];

/** Applies every rule; the worst reason is the level. */
export function auditRun(input: AuditInput): Validity {
  const reasons = RULES.map((rule) => rule(input)).filter((found) => found !== undefined);
  const level = reasons.some((found) => found.level === 'invalid')
    ? 'invalid'
    : reasons.length > 0
      ? 'degraded'
      : 'valid';
  return { level, reasons };
}
