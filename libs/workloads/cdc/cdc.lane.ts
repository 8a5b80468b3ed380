import { LiveKeys } from '#libs/cdc/live-keys.js';
import { RowKeys } from '#libs/cdc/row-key.js';
import { CHANGE_NAMES, RowShape } from '#libs/cdc/row-shape.js';
import { CodedError } from '#libs/contract/coded-error.js';
import { frameTemplate } from '#libs/cql/frame-template.js';
import { ServerError } from '#libs/cql/server-error.js';
import { WireSession } from '#libs/cql/session.js';
import { systemClock } from '#libs/load/clock.js';
import { loadHistograms } from '#libs/stats/histogram.js';
import type { DriverEvents, OpenShard } from '#libs/workloads/driver.js';
import type { LaneInput } from '#libs/workloads/lane/message.js';
import { FailureNotes } from '#libs/workloads/stress/failure-notes.js';
import { sessionOptions } from '#libs/workloads/stress/session-options.js';
import { laneRandom } from '#libs/workloads/stress/stress.source.js';
import { connectionOf } from './cdc-connection.js';
import { ChangeTarget } from './change-target.js';
import { runCdc } from './run-cdc.js';

/** Which of a lane's random sequences rows are drawn from. */
const ROWS = 1;

/** Connects one writing lane and prepares its statements. Throws CodedError. */
export async function openCdcLane(input: LaneInput<'cdc'>, events: DriverEvents): Promise<OpenShard> {
  const { spec, share, target: place } = input;
  await loadHistograms();
  const shape = new RowShape(spec.table, spec.seed);
  const notes = new FailureNotes([], (mismatch) => events.mismatch(mismatch));
  const live = new LiveKeys(spec.maxLiveKeys, laneRandom(spec, share, ROWS));
  const target = new ChangeTarget({
    shape,
    keys: new RowKeys(place.runId),
    live,
    notes,
    slots: share.threads,
    first: share.first,
    stride: share.stride,
    clock: systemClock,
  });
  const session = await WireSession.connect(
    sessionOptions(place.cluster, { connection: connectionOf(spec) }, target, (level, message) =>
      events.log(level, message),
    ),
  );
  try {
    for (const operation of CHANGE_NAMES.keys()) {
      const statement = await session.prepare(shape.statement(operation));
      target.templates[operation] = frameTemplate(statement, spec.consistencyLevel, shape.lengths(operation));
    }
    await session.routeBy(spec.table.keyspace);
  } catch (error) {
    await session.close();
    if (!(error instanceof ServerError)) throw error;
    throw new CodedError(
      'TARGET_REFUSED',
      `the target refused a statement of ${shape.source}: ${error.message}; its table must have the columns of spec.table`,
    );
  }
  target.session = session;
  return {
    run: (startAtMs, signal) => runCdc({ input, events, target, live, notes, session }, startAtMs, signal),
    close: () => session.close(),
  };
}
