import type { Plan } from '../plan/environment.js';
import { Placement } from '../placement/placement.js';
import { ShardCounts } from '../placement/shard-counts.js';
import type { Replica, Tablet } from '../placement/tablets.js';
import type { Availability } from '../storage/availability.js';
import type { Schema } from '../storage/schema.js';
import type { SimulatorOptions } from '../simulator-options.js';
import type { BoundValues } from '../wire/bound-values.js';

export const DEFAULT_SHARDS = 2;
const DEFAULT_TABLET_BITS = 3;

/** Where a request should have gone. */
export interface Arrival {
  /** Of this node: the one that works on the request. */
  shard: number;
  /** What the client has to learn, or null: it came to a holder, or the table goes by the ring. */
  tablet: Tablet | null;
}

/** Compares where requests arrive with where their partitions live. */
export class Locality {
  readonly counts: ShardCounts;
  private readonly placement: Placement;

  constructor(
    options: SimulatorOptions,
    private readonly schema: Schema,
    availability: Availability,
  ) {
    const { nodes = 1, shards = DEFAULT_SHARDS, tablets = [], tabletBits = DEFAULT_TABLET_BITS } = options;
    this.counts = new ShardCounts(nodes, shards);
    this.placement = new Placement({ nodes, shards, tabletTables: tablets, tabletBits }, availability);
  }

  /** Counts a request that came to `at`; null when no bound partition key tells where it belongs. */
  arrived(at: Replica, plan: Plan, bound: BoundValues): Arrival | null {
    const keyspace = this.schema.keyspaces.get(plan.keyspace);
    const table = keyspace?.tables.get(plan.table);
    if (!keyspace || !table || keyspace.isSystem || plan.keyIndexes.length === 0) return null;
    const parts = plan.keyIndexes.map((index) => bound.at(index) ?? '');
    const { replicas, tablet } = this.placement.homeOf(keyspace, table.name, table.serializeKey(parts));
    const here = replicas.find(({ node }) => node === at.node);
    const isOwner = here?.shard === at.shard;
    this.counts.add(at.node, at.shard, isOwner);
    return { shard: here?.shard ?? at.shard, tablet: isOwner ? null : tablet };
  }
}
