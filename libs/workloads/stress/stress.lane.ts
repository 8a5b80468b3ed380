import { CodedError } from '#libs/contract/coded-error.js';
import { ERROR_CODE } from '#libs/cql/protocol.js';
import { ServerError } from '#libs/cql/server-error.js';
import { loadHistograms } from '#libs/stats/histogram.js';
import { RowGenerator } from '#libs/stress/row-generator.js';
import { columnNames, populatedNames } from '#libs/stress/statements.js';
import type { DriverEvents, OpenShard } from '#libs/workloads/driver.js';
import type { LaneInput } from '#libs/workloads/lane/message.js';
import { engines, type Engine } from './engine.js';
import { FailureNotes } from './failure-notes.js';
import { runLane } from './run-lane.js';
import { operationsOf } from '#libs/stress/operations.js';
import { tablesOf } from './schema-setup.js';
import { openUserEngine } from './user/user-engine.js';
import type { StressPlanSpec } from './stress.schema.js';
import { warmUp } from './warm-up.js';

/** Connects, prepares and warms up one lane of a stress run. Throws CodedError. */
export async function openStressLane(input: LaneInput & { kind: 'stress' }, events: DriverEvents): Promise<OpenShard> {
  const { spec } = input;
  await loadHistograms();
  const names = columnNames(spec.columns);
  const notes = new FailureNotes(names, (mismatch) => events.mismatch(mismatch));
  const log: DriverEvents['log'] = (level, message) => events.log(level, message);
  let engine: Engine | undefined;
  try {
    if (spec.operation === 'user') engine = await openUserEngine({ input, notes, log });
    else {
      const generator = new RowGenerator({
        keySizeBytes: spec.keySizeBytes,
        columnNames: populatedNames(spec),
        columnSize: spec.columns.size,
      });
      engine = await engines[spec.engine]({ input, generator, columnNames: names, notes, log });
    }
    const { target, gate } = engine;
    await warmUp(
      input,
      target,
      operationsOf(spec).filter((operation) => gate?.guards(operation) !== true),
    );
  } catch (error) {
    await engine?.close();
    throw prepareProblem(error, spec);
  }
  const opened = engine;
  return {
    run: (startAtMs, signal) => runLane({ input, engine: opened, notes, events, startAtMs, signal }),
    close: () => opened.close(),
  };
}

function prepareProblem(error: unknown, spec: StressPlanSpec): unknown {
  if (!(error instanceof ServerError)) return error;
  const missing = error.code === ERROR_CODE.INVALID && /keyspace|table|unconfigured|column/i.test(error.message);
  return missing
    ? new CodedError(
        'KEYSPACE_UNKNOWN',
        `the target has no table ${tablesOf(spec).join(', ')} of this shape in keyspace ${spec.schema.keyspace} (${error.message}): write it first, or name another with -schema keyspace=`,
      )
    : new CodedError('TARGET_REFUSED', `the target refused a statement: ${error.message}`);
}
