import { systemClock } from '#libs/load/clock.js';
import { Loop } from '#libs/load/loop.js';
import type { DriverEvents, ShardResult } from '#libs/workloads/driver.js';
import type { LaneInput } from '#libs/workloads/lane/message.js';
import type { Engine } from './engine.js';
import type { FailureNotes } from './failure-notes.js';
import { FailureTeller } from './failure-teller.js';
import { runFromCommonStart } from '#libs/workloads/lane/common-start.js';
import { LaneRecorder } from '#libs/workloads/lane/lane-recorder.js';
import { retryableOutcomes, retryDelay } from './overload-delay.js';
import { OUTCOME_INDEX } from './outcome-index.js';
import { scheduleOf } from './schedule.js';
import { operationNames } from '#libs/stress/operations.js';
import { populationOf } from '#libs/stress/population.js';
import { laneRandom, StressSource } from './stress.source.js';

const NS_PER_MS = 1e6;

/** Which of a lane's random sequences the waits before a retry are drawn from. */
const DELAYS = 9;

export interface LaneRun {
  input: LaneInput & { kind: 'stress' };
  engine: Engine;
  notes: FailureNotes;
  /** The key that a seed stands for, as a failure names it. */
  keyOf: (seed: number) => string;
  events: DriverEvents;
  /** The common start, epoch milliseconds. */
  startAtMs: number;
  signal: AbortSignal;
}

/** Drives an open lane from the common start to its end and reports every interval. */
export async function runLane({
  input,
  engine,
  notes,
  keyOf,
  events,
  startAtMs,
  signal,
}: LaneRun): Promise<ShardResult> {
  const { spec, share } = input;
  const { target, door } = engine;
  const clock = systemClock;
  const recorder = new LaneRecorder({
    operations: operationNames(spec),
    withSchedule: spec.rate.model === 'open' || spec.rate.throttlePerSecond !== undefined,
    startAtMs,
    originNs: clock.atEpochMs(startAtMs),
    emit: (snapshot) => events.interval(snapshot),
    totals: () => engine.totals(),
    shards: { take: () => engine.takeShards(), isOver: () => loop.isOver, intervalMs: spec.log.intervalMs },
    extremes: () => loop.takeExtremes(),
  });
  const retryable = door?.retryable ?? retryableOutcomes(spec.errors);
  const teller = new FailureTeller({ spec, keyOf, say: (message) => events.log('error', message) });
  let failure: ShardResult['failure'];
  /** Outcomes of which a failure was told: the first of each will do. */
  const told = new Set<number>();
  const source = new StressSource(spec, populationOf(spec), share, engine.gate);
  const loop: Loop = new Loop({
    clock,
    target,
    source: door?.source(startAtMs) ?? source,
    recorder,
    slots: share.threads,
    schedule: scheduleOf(spec, share),
    dropOverdue: spec.rate.model === 'open' && spec.rate.overdue === 'drop',
    throttle: spec.rate.model === 'closed',
    durationNs: spec.stop.type === 'duration' ? spec.stop.durationMs * NS_PER_MS : undefined,
    intervalNs: spec.log.intervalMs * NS_PER_MS,
    retries: spec.errors.retries,
    retryable,
    retryDelayNs: door === undefined ? retryDelay(spec.errors, laneRandom(spec, share, DELAYS)) : door.retryDelayNs,
    failed: (slot, outcome, seed, retries, operation) => {
      const text = notes.failed(slot, outcome);
      const limit = door?.failed(slot);
      if (limit !== undefined) {
        failure ??= { code: 'OPERATIONS_FAILED', message: `${limit}; the last one: ${text}` };
        return true;
      }
      if (door !== undefined && !told.has(outcome)) events.log('warn', `an operation failed: ${text}`);
      told.add(outcome);
      const mismatch = outcome === OUTCOME_INDEX.validation || outcome === OUTCOME_INDEX.missing;
      const statement = engine.statements?.[operation];
      if (door === undefined && (spec.errors.ignore || failure))
        teller.tell({ seed, retries, mismatch, text, statement });
      if (spec.errors.ignore) return false;
      failure ??= {
        code: mismatch ? 'VALIDATION_MISMATCH' : 'OPERATIONS_FAILED',
        message: `an operation failed ${retryable[outcome] === 1 ? `after ${spec.errors.retries} retries` : 'and is not retried'}: ${spec.log.statements === true && !mismatch && statement !== undefined ? `${statement}: ` : ''}${text} (use -errors ignore to go on)`,
      };
      return true;
    },
  });
  target.report(loop, () => loop.pump(), source);
  await runFromCommonStart({ loop, clock, startAtMs, signal, events });
  recorder.close();
  const stopped = signal.aborted || failure !== undefined;
  if (door?.isChecked === true && notes.mismatchCount > 0)
    failure ??= { code: 'VALIDATION_MISMATCH', message: `${notes.mismatchCount} operations found rows that are wrong` };
  for (const remark of door?.remarks() ?? []) events.log('warn', remark);
  if (loop.abandoned > 0)
    events.log('warn', `${loop.abandoned} operations were still in flight when the run ended; they are in no figure`);
  return {
    completed: loop.completed,
    mismatches: notes.mismatchCount,
    stopped,
    failure,
  };
}
