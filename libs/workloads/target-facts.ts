import { SIMULATED_CLUSTER_NAME } from '#libs/cql-sim/simulated.js';
import type { WireSession } from '#libs/cql/session.js';
import type { TargetFacts } from '#libs/workloads/driver.js';

/** What a run tells of the cluster that it goes to. */
export const targetFacts = ({ clusterName, nodes }: Pick<WireSession, 'clusterName' | 'nodes'>): TargetFacts => ({
  clusterName,
  simulated: clusterName === SIMULATED_CLUSTER_NAME,
  nodes: nodes.map(({ address, datacenter, rack, releaseVersion, shards }) => ({
    address,
    datacenter,
    rack,
    releaseVersion,
    ...(shards !== undefined && { shards }),
  })),
});
