import { SIMULATED_CLUSTER_NAME } from '#libs/cql-sim/simulated.js';
import { systemClock } from '#libs/load/clock.js';
import type { Target } from '#libs/contract/target.js';
import { WireSession } from '#libs/cql/session.js';
import type { Driver, DriverEvents, TargetFacts } from '#libs/workloads/driver.js';
import { openLanes } from '#libs/workloads/lane/lane-pool.js';
import { checkConsistency, checkTable, createSchema } from './schema-setup.js';
import { NO_HOT_OPERATIONS, sessionOptions } from './session-options.js';
import type { StoredStressSpec } from './stress.schema.js';

/** One control connection: schema, consistency, facts. */
async function prepare(spec: StoredStressSpec, target: Target, events: DriverEvents): Promise<TargetFacts> {
  const options = sessionOptions(target, spec, NO_HOT_OPERATIONS, (level, message) => events.log(level, message));
  const session = await WireSession.connect({ ...options, connectionsPerNode: 1 });
  try {
    if (spec.operation !== 'read') {
      await createSchema(session, spec, (ms) => systemClock.sleep(ms));
      events.log('info', `keyspace ${spec.schema.keyspace} and table standard1 are there`);
    }
    await checkConsistency(session, spec, target.localDatacenter);
    await checkTable(session, spec);
    return {
      clusterName: session.clusterName,
      simulated: session.clusterName === SIMULATED_CLUSTER_NAME,
      nodes: session.nodes.map(({ address, datacenter, rack, releaseVersion }) => ({
        address,
        datacenter,
        rack,
        releaseVersion,
      })),
    };
  } finally {
    await session.close();
  }
}

/** cassandra-stress's write, read and mixed. */
export const stressDriver: Driver<StoredStressSpec> = {
  prepare,
  open: (spec, target, shard, events, signal) =>
    openLanes(
      shard.lanes.map((share) => ({ kind: 'stress', spec, target, share })),
      events,
      signal,
    ),
};
