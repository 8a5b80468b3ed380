import type { RequestFrame } from './request-frame.js';
import { readTablet, TabletMap } from './tablet-map.js';
import type { NodeFacts } from './topology.js';

/** What a session knows of the tables that consist of tablets, by `keyspace.table`. */
export class TabletBook {
  private readonly tables = new Map<string, TabletMap>();

  /** The tablets of a table, as they are learnt. */
  of(table: string): TabletMap {
    const known = this.tables.get(table) ?? new TabletMap();
    this.tables.set(table, known);
    return known;
  }

  /** Takes in what an answer to a request told of its tablet. `nodes`: in the order by which tablets name them. */
  learn({ statements }: RequestFrame, payload: Buffer, nodes: readonly NodeFacts[]): void {
    const nodeOf = (hostId: string) => {
      const index = nodes.findIndex((node) => node.hostId === hostId);
      return index < 0 ? undefined : index;
    };
    statements[0]?.tablets?.learn(readTablet(payload, nodeOf));
  }

  /** Everything is to be learnt anew: nodes are about to change their places. */
  clear(): void {
    for (const tablets of this.tables.values()) tablets.clear();
  }
}
