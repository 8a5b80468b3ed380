import type { LatencyFigures } from '#libs/contract/interval.js';
import type { OperationSummary } from '#libs/contract/summary.js';
import type { Rule } from './audit.js';
import { LIMITS } from './audit-limits.js';
import { degraded, figure, invalid, totalOf } from './audit-reason.js';

const ordered = ({ count, minMs, p50Ms, p95Ms, p99Ms, p999Ms, maxMs }: LatencyFigures): boolean => {
  const ladder = [minMs, p50Ms, p95Ms, p99Ms, p999Ms, maxMs].filter((value) => value !== null);
  return count === 0 || ladder.every((value, index) => index === 0 || value >= (ladder[index - 1] ?? 0));
};

const latenciesOf = (operation: OperationSummary): LatencyFigures[] =>
  [operation.serviceTime, operation.responseTime, operation.waitTime, operation.failedServiceTime].filter(
    (figures) => figures !== null,
  );

/** Operations in flight by Little's law: what ended in a second times how long it took, failed ones included. */
const inFlightBy = ({ serviceTime, failedServiceTime }: OperationSummary, durationMs: number): number =>
  (serviceTime.count * serviceTime.meanMs + (failedServiceTime?.count ?? 0) * (failedServiceTime?.meanMs ?? 0)) /
  durationMs;

/** Do the stored numbers agree with each other? */
export const consistencyRules: readonly Rule[] = [
  ({ evidence }) =>
    evidence.intervals === 0 ? invalid('NO_INTERVALS', 'Nothing was measured: no interval was reported.') : undefined,

  ({ evidence: { inconsistent } }) =>
    inconsistent &&
    invalid(
      'INTERVAL_COUNTS_DIFFER',
      `Interval ${inconsistent.interval} of shard ${inconsistent.shardIndex} counts ${inconsistent.counted} successful ${inconsistent.operation} operations, but its histogram holds ${inconsistent.held}.`,
    ),

  ({ evidence: { unclassified } }) =>
    unclassified &&
    invalid(
      'ERRORS_DIFFER',
      `In interval ${unclassified.interval} of shard ${unclassified.shardIndex} the errors of ${unclassified.operation} by class do not add up to its failed operations.`,
    ),

  ({ operations }) => {
    const bad = Object.entries(operations).find(([, one]) => one.serviceTime.count !== one.completed - one.failed);
    return (
      bad &&
      invalid(
        'COUNTS_DIFFER',
        `The merged histogram of ${bad[0]} holds ${bad[1].serviceTime.count} operations, the counters say ${bad[1].completed - bad[1].failed}.`,
      )
    );
  },

  ({ evidence, expectation }) => {
    if (!expectation.carriedOut) return undefined;
    const said = expectation.completedByShard ?? [];
    const index = said.findIndex(
      (count, shard) => count !== null && (evidence.shards.get(shard)?.completed ?? 0) !== count,
    );
    return index < 0
      ? undefined
      : invalid(
          'INTERVALS_MISSING',
          `Shard ${index} completed ${said[index] ?? 0} operations, but its intervals add up to ${evidence.shards.get(index)?.completed ?? 0}: intervals were lost.`,
        );
  },

  ({ operations }) => {
    const bad = Object.entries(operations).find(([, one]) => !latenciesOf(one).every(ordered));
    return bad && invalid('PERCENTILES_UNORDERED', `The percentiles of ${bad[0]} do not rise from minimum to maximum.`);
  },

  (input) => {
    const { durationMs, expectation } = input;
    const total = totalOf(input);
    if (!total || durationMs < LIMITS.shortestLawMs) return undefined;
    const inFlight = inFlightBy(total, durationMs);
    if (inFlight > expectation.threads * (1 + LIMITS.inFlightAbove))
      return invalid(
        'LITTLES_LAW',
        `Rate times mean service time gives ${figure(inFlight)} operations in flight, but at most ${expectation.threads} were allowed.`,
      );
    return expectation.freeRunning === true &&
      expectation.carriedOut &&
      inFlight < expectation.threads * (1 - LIMITS.inFlightBelow)
      ? degraded(
          'LITTLES_LAW',
          `Rate times mean service time gives only ${figure(inFlight)} operations in flight of ${expectation.threads}: threads stood idle between operations.`,
        )
      : undefined;
  },
];
