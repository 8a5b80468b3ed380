import { frameHead } from '#libs/cql/frame-template.js';
import { WireSession } from '#libs/cql/session.js';
import { loadHistograms } from '#libs/stats/histogram.js';
import type { DriverEvents, OpenShard } from '#libs/workloads/driver.js';
import type { LaneInput } from '#libs/workloads/lane/message.js';
import { FailureNotes } from '#libs/workloads/stress/failure-notes.js';
import { sessionOptions } from '#libs/workloads/stress/session-options.js';
import { AnswerCheck } from './answer-check.js';
import { bindDry } from './binding.js';
import { prepareQuery } from './prepare-query.js';
import { connectionOf } from './query-connection.js';
import { DryQueryTarget, WireQueryTarget } from './query-target.js';
import { RowQueue } from './row-queue.js';
import { runQueries } from './run-queries.js';

/** Connects one worker of a query run and prepares its statement. Throws CodedError. */
export async function openQueryLane(input: LaneInput<'query'>, events: DriverEvents): Promise<OpenShard> {
  const { spec } = input;
  await loadHistograms();
  const queue = new RowQueue(spec.queueSize);
  const notes = new FailureNotes([], (mismatch) => events.mismatch(mismatch));
  if (spec.dryRun) {
    const parts = { input, events, queue, notes, target: new DryQueryTarget(), binding: bindDry(spec) };
    return {
      run: (startAtMs, signal) => runQueries({ ...parts, startAtMs, signal, session: undefined }),
      close: () => Promise.resolve(),
    };
  }
  const target = new WireQueryTarget(queue, notes);
  const log: DriverEvents['log'] = (level, message) => events.log(level, message);
  const session = await WireSession.connect(
    sessionOptions(input.target.cluster, { connection: connectionOf(spec) }, target, log),
  );
  try {
    const { statement, binding } = await prepareQuery(session, spec);
    const head = frameHead(statement, spec.consistencyLevel, statement.columns.length);
    target.connected = { session, head, check: new AnswerCheck(binding, spec.check.found) };
    await session.routeBy(spec.keyspace);
    return {
      run: (startAtMs, signal) =>
        runQueries({ input, events, queue, notes, target, binding, session, startAtMs, signal }),
      close: () => session.close(),
    };
  } catch (error) {
    await session.close();
    throw error;
  }
}
