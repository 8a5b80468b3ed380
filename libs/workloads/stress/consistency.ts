import type { ConsistencyLevel } from './consistency-level.schema.js';

/** Replicas per datacenter; SimpleStrategy has one entry under any name. */
export type ReplicasByDatacenter = Readonly<Record<string, number>>;

/** SimpleStrategy knows no datacenters: its replicas are anywhere. */
const ANYWHERE = 'any';

const quorum = (replicas: number): number => Math.floor(replicas / 2) + 1;
const total = (replicas: ReplicasByDatacenter): number => Object.values(replicas).reduce((sum, each) => sum + each, 0);
const local = (replicas: ReplicasByDatacenter, datacenter: string | undefined): number =>
  datacenter === undefined || ANYWHERE in replicas ? total(replicas) : (replicas[datacenter] ?? 0);

/** How many replicas must answer, given the replication; a closed table, so that a new level does not compile unanswered. */
const REQUIRED: { [L in ConsistencyLevel]: (replicas: ReplicasByDatacenter, datacenter?: string) => number } = {
  ANY: () => 0,
  ONE: () => 1,
  TWO: () => 2,
  THREE: () => 3,
  QUORUM: (replicas) => quorum(total(replicas)),
  ALL: (replicas) => total(replicas),
  LOCAL_QUORUM: (replicas, datacenter) => quorum(local(replicas, datacenter)),
  EACH_QUORUM: (replicas) => Object.values(replicas).reduce((sum, each) => sum + quorum(each), 0),
  SERIAL: (replicas) => quorum(total(replicas)),
  LOCAL_SERIAL: (replicas, datacenter) => quorum(local(replicas, datacenter)),
  LOCAL_ONE: () => 1,
};

const LOCAL: ReadonlySet<ConsistencyLevel> = new Set(['LOCAL_ONE', 'LOCAL_QUORUM', 'LOCAL_SERIAL']);

/**
 * Why a consistency level can never be met: a sentence, or undefined when it can. `liveNodes` are the nodes known to be
 * up; with a `datacenter` they are that one's only, and the nodes of the others are taken to be up. Replicas beyond the
 * number of nodes do not exist.
 */
export function unreachableConsistency(
  level: ConsistencyLevel,
  keyspace: string,
  replicas: ReplicasByDatacenter,
  liveNodes: number,
  datacenter?: string,
): string | undefined {
  const required = REQUIRED[level](replicas, datacenter);
  const isLocal = LOCAL.has(level);
  const configured = isLocal ? local(replicas, datacenter) : total(replicas);
  if (required > configured) {
    const where = isLocal && datacenter !== undefined ? ` in datacenter ${datacenter}` : '';
    return `consistency level ${level} needs ${required} replicas, but keyspace ${keyspace} has a replication factor of ${configured}${where}: raise -schema replication(factor=…) or lower cl=`;
  }
  const elsewhere = isLocal || datacenter === undefined ? 0 : replicasElsewhere(replicas, datacenter);
  if (required > liveNodes + elsewhere) {
    return `consistency level ${level} needs ${required} replicas of keyspace ${keyspace}, but only ${liveNodes} nodes are up: start more nodes or lower cl=`;
  }
  return undefined;
}

/** Replicas that nodes of other datacenters may have. */
const replicasElsewhere = (replicas: ReplicasByDatacenter, datacenter: string): number =>
  ANYWHERE in replicas ? total(replicas) : total(replicas) - (replicas[datacenter] ?? 0);

/** Replication of a keyspace as system_schema.keyspaces has it, to replicas per datacenter. */
export function replicasOf(
  replication: Readonly<Record<string, string>>,
  datacenters: readonly string[],
): ReplicasByDatacenter {
  const { class: strategy = '', replication_factor: everywhere, ...byDatacenter } = replication;
  if (strategy.endsWith('SimpleStrategy')) return { [ANYWHERE]: Number(everywhere ?? '1') };
  const named = Object.fromEntries(Object.entries(byDatacenter).map(([name, factor]) => [name, Number(factor)]));
  // Auto-expansion: NetworkTopologyStrategy with replication_factor means so many in every datacenter.
  const expanded =
    everywhere === undefined ? {} : Object.fromEntries(datacenters.map((name) => [name, Number(everywhere)]));
  return { ...expanded, ...named };
}
