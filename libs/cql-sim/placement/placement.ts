import type { Availability } from '../storage/availability.js';
import type { Bytes } from '../storage/bytes.js';
import { tokenOf } from '../storage/murmur3.js';
import type { Keyspace } from '../storage/schema.js';
import { IGNORED_MSB, shardOf } from './shard-of.js';
import { TabletMap, type Replica, type Tablet } from './tablets.js';

export interface PlacementOptions {
  nodes: number;
  shards: number;
  /** `keyspace.table` of the tables that consist of tablets. */
  tabletTables: readonly string[];
  /** Each of those has 2 to this power. */
  tabletBits: number;
}

/** Where a partition lives. */
export interface Home {
  replicas: readonly Replica[];
  /** Null for a table that goes by the ring. */
  tablet: Tablet | null;
}

/** Which nodes and shards hold which partition, in a cluster that shows its shards. */
export class Placement {
  private readonly tabletTables: ReadonlySet<string>;
  private readonly maps = new Map<string, TabletMap>();

  constructor(
    private readonly options: PlacementOptions,
    private readonly availability: Availability,
  ) {
    this.tabletTables = new Set(options.tabletTables);
  }

  homeOf(keyspace: Keyspace, table: string, key: Bytes): Home {
    const token = tokenOf(key);
    const name = `${keyspace.name}.${table}`;
    if (this.tabletTables.has(name)) {
      const tablet = this.mapOf(name, keyspace.replicas).of(token);
      return { replicas: tablet.replicas, tablet };
    }
    const shard = shardOf(token, this.options.shards, IGNORED_MSB);
    const nodes = this.availability.replicasOf(token, keyspace.replicas);
    return { replicas: nodes.map(({ index }) => ({ node: index, shard })), tablet: null };
  }

  private mapOf(name: string, copies: number): TabletMap {
    const key = `${name} ${copies}`;
    const known = this.maps.get(key);
    if (known) return known;
    const { tabletBits, nodes, shards } = this.options;
    const map = new TabletMap(tabletBits, nodes, shards, copies);
    this.maps.set(key, map);
    return map;
  }
}
