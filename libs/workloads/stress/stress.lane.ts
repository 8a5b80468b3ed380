import { OUTCOMES } from '#libs/contract/outcome.js';
import { ServerError } from '#libs/cql/server-error.js';
import { CodedError } from '#libs/contract/coded-error.js';
import { frameTemplate } from '#libs/cql/frame-template.js';
import { ERROR_CODE } from '#libs/cql/protocol.js';
import { WireSession } from '#libs/cql/session.js';
import { systemClock } from '#libs/load/clock.js';
import { Loop } from '#libs/load/loop.js';
import { loadHistograms } from '#libs/stats/histogram.js';
import { RowGenerator } from '#libs/stress/row-generator.js';
import { columnNames, readCql, writeCql } from '#libs/stress/statements.js';
import type { DriverEvents, OpenShard, ShardResult } from '#libs/workloads/driver.js';
import type { LaneInput } from '#libs/workloads/lane/message.js';
import { FailureNotes } from './failure-notes.js';
import { LaneRecorder } from './lane-recorder.js';
import { OUTCOME_INDEX } from './outcome-index.js';
import { scheduleOf } from './schedule.js';
import { sessionOptions } from './session-options.js';
import { operationsOf, READ, STRESS_OPERATIONS, WRITE } from './statements.js';
import { populationOf, StressSource } from './stress.source.js';
import { warmUp } from './warm-up.js';
import { WireTarget } from './wire-target.js';

const NS_PER_MS = 1e6;

/** Outcomes that are never retried: the target asked for less, not for more of the same. */
const retryable = Uint8Array.from(OUTCOMES, (outcome) =>
  outcome === 'overloaded' || outcome === 'rateLimited' ? 0 : 1,
);

type StressInput = LaneInput & { kind: 'stress' };

/** Connects, prepares and warms up one lane of a stress run. Throws CodedError. */
export async function openStressLane(input: StressInput, events: DriverEvents): Promise<OpenShard> {
  const { spec, share } = input;
  await loadHistograms();
  const names = columnNames(spec.columns.count);
  const columnSizeBytes = spec.columns.size.type === 'fixed' ? spec.columns.size.value : 0;
  const generator = new RowGenerator({ keySizeBytes: spec.keySizeBytes, columnNames: names, columnSizeBytes });
  const notes = new FailureNotes(names, (mismatch) => events.mismatch(mismatch));
  const target = new WireTarget({
    generator,
    columns: names.length,
    slots: share.threads,
    validate: !spec.errors.skipReadValidation,
    notes,
  });
  const session = await WireSession.connect(
    sessionOptions(input.target, spec, target, (level, text) => events.log(level, text)),
  );
  try {
    const lengths = names.map(() => columnSizeBytes);
    const active = operationsOf(spec);
    const prepare = async (cql: string, valueLengths: readonly number[]) =>
      frameTemplate(await session.prepare(cql), spec.consistencyLevel, valueLengths);
    const templates = [
      active.includes(READ) ? await prepare(readCql(spec), [spec.keySizeBytes]) : undefined,
      active.includes(WRITE) ? await prepare(writeCql(spec), [...lengths, spec.keySizeBytes]) : undefined,
    ];
    target.session = session;
    target.templates = templates;
    await session.routeBy(spec.schema.keyspace);
    await warmUp(input, target, active);
  } catch (error) {
    await session.close();
    throw prepareProblem(error, spec.schema.keyspace);
  }
  return {
    run: (startAtMs, signal) => runLane(input, session, target, notes, events, startAtMs, signal),
    close: () => session.close(),
  };
}

function prepareProblem(error: unknown, keyspace: string): unknown {
  if (!(error instanceof ServerError)) return error;
  const missing = error.code === ERROR_CODE.INVALID && /keyspace|table|unconfigured|column/i.test(error.message);
  return missing
    ? new CodedError(
        'KEYSPACE_UNKNOWN',
        `the target has no table standard1 of this shape in keyspace ${keyspace} (${error.message}): write it first, or name another with -schema keyspace=`,
      )
    : new CodedError('TARGET_REFUSED', `the target refused a statement: ${error.message}`);
}

async function runLane(
  { spec, share }: StressInput,
  session: WireSession,
  target: WireTarget,
  notes: FailureNotes,
  events: DriverEvents,
  startAtMs: number,
  signal: AbortSignal,
): Promise<ShardResult> {
  const clock = systemClock;
  const recorder = new LaneRecorder({
    operations: STRESS_OPERATIONS,
    withSchedule: spec.rate.model === 'open' || spec.rate.throttlePerSecond !== undefined,
    startAtMs,
    originNs: clock.atEpochMs(startAtMs),
    emit: (snapshot) => events.interval(snapshot),
    totals: () => ({
      bytesSent: session.total('bytesSent'),
      bytesReceived: session.total('bytesReceived'),
      lateAnswers: session.total('lateAnswers'),
    }),
    extremes: () => loop.takeExtremes(),
  });
  let failure: ShardResult['failure'];
  const loop: Loop = new Loop({
    clock,
    target,
    source: new StressSource(spec, populationOf(spec), share),
    recorder,
    slots: share.threads,
    schedule: scheduleOf(spec, share),
    dropOverdue: spec.rate.model === 'open' && spec.rate.overdue === 'drop',
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
  target.report(loop, () => loop.pump());
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
