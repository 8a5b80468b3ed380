import { CodedError } from '#libs/contract/coded-error.js';
import { ServerError } from '#libs/cql/server-error.js';
import { WireSession } from '#libs/cql/session.js';
import { Aimd } from '#libs/load/aimd.js';
import { systemClock } from '#libs/load/clock.js';
import { loadHistograms } from '#libs/stats/histogram.js';
import type { DriverEvents, OpenShard } from '#libs/workloads/driver.js';
import type { LaneInput } from '#libs/workloads/lane/message.js';
import { FailureNotes } from '#libs/workloads/stress/failure-notes.js';
import { sessionOptions } from '#libs/workloads/stress/session-options.js';
import { laneRandom } from '#libs/workloads/stress/stress.source.js';
import { BatchTarget } from './batch-target.js';
import { KeyPool } from './key-pool.js';
import { ReadTarget } from './read-target.js';
import { runSoak } from './run-soak.js';
import { ownOf, poolOf } from './soak.plan.js';
import type { SoakSpec } from './soak.schema.js';
import { SOAK_COLUMNS } from './soak-columns.js';
import { connectionOf } from './soak-connection.js';
import { soakHandler } from './soak-handler.js';
import { BACKOFFS, POOL } from './soak-random.js';
import { SoakRows } from './soak-rows.js';
import { prepareInsert, prepareReads } from './soak-table.js';

const NS_PER_MS = 1e6;

function aimdOf({ spec, share }: LaneInput<'soak'>): Aimd {
  const { increase, decrease, minInFlight, firstBackoffMs, longestBackoffMs } = spec.backpressure;
  return new Aimd({
    min: Math.min(minInFlight, share.threads),
    max: share.threads,
    increase,
    decrease,
    firstBackoffNs: firstBackoffMs * NS_PER_MS,
    longestBackoffNs: longestBackoffMs * NS_PER_MS,
    random: laneRandom(spec, share, BACKOFFS),
  });
}

/** Everything of a lane that is there before it is connected. */
function partsOf(input: LaneInput<'soak'>, events: DriverEvents) {
  const { spec, share } = input;
  const rows = new SoakRows(spec.seed);
  const pool = new KeyPool(poolOf(spec, share), spec.pool.keep, laneRandom(spec, share, POOL));
  const aimd = aimdOf(input);
  const batchNotes = new FailureNotes([], () => undefined);
  const readNotes = new FailureNotes(
    SOAK_COLUMNS.map(({ name }) => name),
    (mismatch) => events.mismatch(mismatch),
  );
  const batches = new BatchTarget({
    slots: share.threads,
    batchMax: spec.batchMax,
    writers: spec.writers,
    consistency: spec.consistencyLevel,
    clock: systemClock,
    rows,
    pool,
    aimd,
    notes: batchNotes,
  });
  const slots = ownOf(spec.readers, share).length * spec.readsInFlight;
  const reads = new ReadTarget({ slots, base: share.threads, rows, notes: readNotes });
  return { input, events, batches, reads, pool, aimd, batchNotes, readNotes };
}

async function prepare(session: WireSession, spec: SoakSpec, { batches, reads }: ReturnType<typeof partsOf>) {
  batches.connect(session, await prepareInsert(session, spec));
  reads.connected = { session, templates: await prepareReads(session, spec) };
  await session.routeBy(spec.keyspace);
}

/** Connects one lane of a soak run and prepares its statements. Throws CodedError. */
export async function openSoakLane(input: LaneInput<'soak'>, events: DriverEvents): Promise<OpenShard> {
  await loadHistograms();
  const { spec, share, target } = input;
  const parts = partsOf(input, events);
  const handler = soakHandler(parts.batches, parts.reads, share.threads);
  const log: DriverEvents['log'] = (level, message) => events.log(level, message);
  const session = await WireSession.connect(sessionOptions(target, { connection: connectionOf(spec) }, handler, log));
  try {
    await prepare(session, spec, parts);
    return {
      run: (startAtMs, signal) => runSoak({ ...parts, session, startAtMs, signal }),
      close: () => session.close(),
    };
  } catch (error) {
    await session.close();
    if (!(error instanceof ServerError)) throw error;
    throw new CodedError('TARGET_REFUSED', `the target refused a statement: ${error.message}`);
  }
}
