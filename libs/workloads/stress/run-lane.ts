import { OUTCOMES } from '#libs/contract/outcome.js';
import { systemClock } from '#libs/load/clock.js';
import { Loop } from '#libs/load/loop.js';
import type { DriverEvents, ShardResult } from '#libs/workloads/driver.js';
import type { LaneInput } from '#libs/workloads/lane/message.js';
import type { Engine } from './engine.js';
import type { FailureNotes } from './failure-notes.js';
import { LaneRecorder } from '#libs/workloads/lane/lane-recorder.js';
import { OUTCOME_INDEX } from './outcome-index.js';
import { scheduleOf } from './schedule.js';
import { operationNames } from '#libs/stress/operations.js';
import { populationOf } from '#libs/stress/population.js';
import { StressSource } from './stress.source.js';

const NS_PER_MS = 1e6;

/** Outcomes that are never retried: the target asked for less, not for more of the same. */
const retryable = Uint8Array.from(OUTCOMES, (outcome) =>
  outcome === 'overloaded' || outcome === 'rateLimited' ? 0 : 1,
);

export interface LaneRun {
  input: LaneInput & { kind: 'stress' };
  engine: Engine;
  notes: FailureNotes;
  events: DriverEvents;
  /** The common start, epoch milliseconds. */
  startAtMs: number;
  signal: AbortSignal;
}

/** Drives an open lane from the common start to its end and reports every interval. */
export async function runLane({ input, engine, notes, events, startAtMs, signal }: LaneRun): Promise<ShardResult> {
  const { spec, share } = input;
  const { target } = engine;
  const clock = systemClock;
  const recorder = new LaneRecorder({
    operations: operationNames(spec),
    withSchedule: spec.rate.model === 'open' || spec.rate.throttlePerSecond !== undefined,
    startAtMs,
    originNs: clock.atEpochMs(startAtMs),
    emit: (snapshot) => events.interval(snapshot),
    totals: () => engine.totals(),
    extremes: () => loop.takeExtremes(),
  });
  let failure: ShardResult['failure'];
  const source = new StressSource(spec, populationOf(spec), share, engine.gate);
  const loop: Loop = new Loop({
    clock,
    target,
    source,
    recorder,
    slots: share.threads,
    schedule: scheduleOf(spec, share),
    dropOverdue: spec.rate.model === 'open' && spec.rate.overdue === 'drop',
    throttle: spec.rate.model === 'closed',
    durationNs: spec.stop.type === 'duration' ? spec.stop.durationMs * NS_PER_MS : undefined,
    intervalNs: spec.log.intervalMs * NS_PER_MS,
    retries: spec.errors.retries,
    retryable,
    failed: (slot, outcome) => {
      const text = notes.failed(slot, outcome);
      if (spec.errors.ignore) return false;
      const mismatch = outcome === OUTCOME_INDEX.validation || outcome === OUTCOME_INDEX.missing;
      failure ??= {
        code: mismatch ? 'VALIDATION_MISMATCH' : 'OPERATIONS_FAILED',
        message: `an operation failed after ${spec.errors.retries} retries: ${text} (use -errors ignore to go on)`,
      };
      return true;
    },
  });
  target.report(loop, () => loop.pump(), source);
  const stop = () => loop.stop();
  signal.addEventListener('abort', stop, { once: true });
  const waitMs = startAtMs - clock.epochMs();
  if (waitMs > 0) await clock.sleep(waitMs, signal);
  events.started(clock.epochMs());
  const done = loop.run(clock.atEpochMs(startAtMs));
  if (signal.aborted) stop();
  await done;
  signal.removeEventListener('abort', stop);
  recorder.close();
  if (loop.abandoned > 0)
    events.log('warn', `${loop.abandoned} operations were still in flight when the run ended; they are in no figure`);
  return {
    completed: loop.completed,
    mismatches: notes.mismatchCount,
    stopped: signal.aborted || failure !== undefined,
    failure,
  };
}
