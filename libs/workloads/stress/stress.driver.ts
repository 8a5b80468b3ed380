import { targetFacts } from '#libs/workloads/target-facts.js';
import { systemClock } from '#libs/load/clock.js';
import type { Target } from '#libs/contract/target.js';
import { WireSession } from '#libs/cql/session.js';
import type { Driver, DriverEvents, OpenShard, TargetFacts } from '#libs/workloads/driver.js';
import { openLanes } from '#libs/workloads/lane/lane-pool.js';
import { onlyReads } from '#libs/stress/operations.js';
import { readProfiles } from '#libs/stress/profile/user-spec.js';
import { doorTable } from '#libs/front-doors/door-table.js';
import { prepareDoorTable } from './door/door-schema.js';
import { createProfileSchema } from './user/profile-schema.js';
import { checkConsistency, checkTables, createSchema, tablesOf, truncate } from './schema-setup.js';
import { openWithServerGc } from './server-gc/with-server-gc.js';
import { openUntilCertain } from './until-certain.js';
import { NO_HOT_OPERATIONS, sessionOptions } from './session-options.js';
import type { StoredStressSpec } from './stress.schema.js';

function control(spec: StoredStressSpec, target: Target, events: DriverEvents): Promise<WireSession> {
  const options = sessionOptions(target, spec, NO_HOT_OPERATIONS, (level, message) => events.log(level, message));
  return WireSession.connect({ ...options, connectionsPerNode: 1 });
}

/** One control connection: schema, consistency, facts. */
async function prepare(spec: StoredStressSpec, target: Target, events: DriverEvents): Promise<TargetFacts> {
  const session = await control(spec, target, events);
  try {
    await prepareSchema(session, spec, events);
    await checkConsistency(session, spec, target.localDatacenter);
    if (spec.operation !== 'user' && !doorTable(spec)) await checkTables(session, spec);
    return targetFacts(session);
  } finally {
    await session.close();
  }
}

async function prepareSchema(session: WireSession, spec: StoredStressSpec, events: DriverEvents): Promise<void> {
  const pause = (ms: number) => systemClock.sleep(ms);
  const table = doorTable(spec);
  if (table) await prepareDoorTable(session, spec, table, pause);
  const profiles = spec.operation === 'user' ? readProfiles(spec) : [];
  for (const profile of profiles) await createProfileSchema(session, profile, pause);
  if (!table && profiles.length === 0 && !onlyReads(spec)) await createSchema(session, spec, pause);
  const tables = tablesOfRun(spec);
  if (profiles.length > 0 || !onlyReads(spec))
    events.log('info', `keyspace ${spec.schema.keyspace} and table ${tables.join(', ')} are there`);
  // Rows of a warm-up go too.
  if (spec.truncate !== 'never' && !spec.warmup) await empty(session, spec, events);
}

const tablesOfRun = (spec: StoredStressSpec): string[] =>
  spec.operation === 'user' ? readProfiles(spec).map(({ table }) => table) : tablesOf(spec);

async function empty(session: WireSession, spec: StoredStressSpec, events: DriverEvents): Promise<void> {
  const tables = tablesOfRun(spec);
  await truncate(session, spec.schema.keyspace, tables);
  events.log('info', `${tables.join(', ')} truncated`);
}

/** Empties the tables once every lane is warm; there is but one executor, for it knows of no other. */
async function openEmptied(
  spec: StoredStressSpec,
  target: Target,
  events: DriverEvents,
  opening: Promise<OpenShard>,
): Promise<OpenShard> {
  const shard = await opening;
  try {
    const session = await control(spec, target, events);
    try {
      await empty(session, spec, events);
    } finally {
      await session.close();
    }
    return shard;
  } catch (error) {
    await shard.close();
    throw error;
  }
}

/** cassandra-stress's commands. */
export const stressDriver: Driver<StoredStressSpec> = {
  prepare,
  open: (spec, target, shard, events, signal) => {
    const { stop } = spec;
    const inputs = shard.lanes.map((share) => ({ kind: 'stress' as const, spec, target, share }));
    const open = (watched: DriverEvents) =>
      stop.type === 'uncertainty'
        ? openUntilCertain(stop, watched, (certain) => openLanes(inputs, certain, signal))
        : openLanes(inputs, watched, signal);
    // One executor asks for all, so that nothing is counted twice.
    const opening =
      spec.metricsUrls === undefined || shard.index > 0
        ? open(events)
        : openWithServerGc(spec.metricsUrls, events, signal, open);
    return spec.truncate !== 'never' && spec.warmup ? openEmptied(spec, target, events, opening) : opening;
  },
};
