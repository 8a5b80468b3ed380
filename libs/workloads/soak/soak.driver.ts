import { CodedError } from '#libs/contract/coded-error.js';
import type { Target } from '#libs/contract/target.js';
import { WireSession } from '#libs/cql/session.js';
import { systemClock } from '#libs/load/clock.js';
import type { Driver, DriverEvents, OpenShard, Shard, TargetFacts } from '#libs/workloads/driver.js';
import { openLanes } from '#libs/workloads/lane/lane-pool.js';
import { checkReplicas } from '#libs/workloads/stress/schema-setup.js';
import { NO_HOT_OPERATIONS, sessionOptions } from '#libs/workloads/stress/session-options.js';
import { targetFacts } from '#libs/workloads/target-facts.js';
import { type AttachScaler, withoutScaler } from './scaling.js';
import type { SoakSpec } from './soak.schema.js';
import { connectionOf } from './soak-connection.js';
import { SoakProgress } from './soak-progress.js';
import { createMissing } from './soak-table.js';

/**
 * Nodes of a simulator that come and go beside a real cluster under load would be told as resizes of that cluster. Throws
 * CodedError VALIDATION_FAILED.
 */
function refuseMixed({ scaler }: SoakSpec, { simulated, clusterName }: TargetFacts): void {
  if (scaler.type !== 'simulated' || simulated) return;
  const path = 'spec.scaler.type';
  const message = `expected scylla-cloud, hook or none for ${clusterName}, which is no simulator, found simulated`;
  throw new CodedError('VALIDATION_FAILED', `${path}: ${message}`, [{ path, message }]);
}

/** Once per run: keyspace and table are there, and the consistency level can be met. */
async function prepare(spec: SoakSpec, target: Target, events: DriverEvents): Promise<TargetFacts> {
  const options = sessionOptions(target, { connection: connectionOf(spec) }, NO_HOT_OPERATIONS, (level, message) =>
    events.log(level, message),
  );
  const session = await WireSession.connect({ ...options, connectionsPerNode: 1 });
  try {
    const facts = targetFacts(session);
    refuseMixed(spec, facts);
    const { keyspace, table, consistencyLevel } = spec;
    const isNew = await createMissing(session, spec, target.localDatacenter, (ms) => systemClock.sleep(ms));
    events.log('info', `table ${keyspace}.${table} ${isNew ? 'was made' : 'is there'}`);
    await checkReplicas(session, keyspace, consistencyLevel, target.localDatacenter);
    return facts;
  } finally {
    await session.close();
  }
}

function open(
  spec: SoakSpec,
  target: Target,
  shard: Shard,
  events: DriverEvents,
  signal: AbortSignal,
): Promise<OpenShard> {
  const inputs = shard.lanes.map((share) => ({ kind: 'soak' as const, spec, target, share }));
  const progress = new SoakProgress(spec.log.progressEveryMs, (text) => events.log('info', text));
  const watched: DriverEvents = {
    ...events,
    interval: (snapshot) => {
      events.interval(snapshot);
      progress.add(snapshot);
    },
  };
  return openLanes(inputs, watched, signal);
}

/** Soak runs, with what is to change the size of their target. */
export const soakDriver = (attach: AttachScaler = withoutScaler): Driver<SoakSpec> => ({
  prepare,
  open: async (spec, target, shard, events, signal, runId) => {
    const opened = await open(spec, target, shard, events, signal);
    try {
      return attach({ spec, target, shard, events, runId, opened });
    } catch (error) {
      await opened.close();
      throw error;
    }
  },
});
