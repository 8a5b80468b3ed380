import type { Bytes } from '../storage/bytes.js';
import { tokenOf } from '../storage/murmur3.js';
import type { Partition } from '../storage/partition.js';
import type { Row } from '../storage/row.js';
import type { Table } from '../storage/table.js';
import type { Call } from './call.js';
import type { KeyPlan } from './key-plan.js';
import type { PagePlace } from './paging-state.js';
import type { RowFilter } from './row-filter.js';
import { keysInRange, placeAfter } from './token-range.js';
import type { Restriction } from './where.js';

/** Takes a row that the statement means; false ends the walk. */
export type Visit = (partition: Partition, row: Row | null) => boolean;

export interface WalkShape {
  table: Table;
  /** Null: all partitions, in token order. */
  keys: KeyPlan | null;
  tokens: readonly Restriction[];
  filter: RowFilter;
  /** Rows of a partition from the last to the first. */
  reversed: boolean;
  /** One row a partition, with its static cells. */
  distinct: boolean;
}

/** Goes over the rows that a SELECT means, in their order, from the start or from where the last page ended. */
export class RowWalk {
  constructor(private readonly shape: WalkShape) {}

  walk(call: Call, from: PagePlace | null, visit: Visit): void {
    const { table } = this.shape;
    // One reading of `data`: a virtual table makes its rows anew each time.
    const { data } = table;
    const keys = this.keys(call, data, from);
    for (const key of keys) {
      const partition = data.get(key);
      if (!partition) continue;
      const resume = from !== null && from.key === key ? from : null;
      if (!this.partition(call, partition, resume, visit)) return;
    }
  }

  private keys(call: Call, data: Table['data'], from: PagePlace | null): readonly Bytes[] {
    if (this.shape.keys) {
      const keys = this.shape.keys.keys(call);
      return from === null ? keys : keys.slice(Math.max(0, keys.indexOf(from.key)));
    }
    const inRange = keysInRange(data.keysByToken(), this.shape.tokens, call);
    const start = from === null ? 0 : placeAfter(inRange, tokenOf(from.key), from.key);
    return inRange.slice(start).map(({ key }) => key);
  }

  private partition(call: Call, partition: Partition, resume: PagePlace | null, visit: Visit): boolean {
    const { filter, distinct, reversed, table } = this.shape;
    const test = filter.bind(call);
    const alive = filter.rows(partition, call).filter((row) => row.isLive(call.wallMs));
    const meant = test === null ? alive : alive.filter((row) => test(partition, row));
    if (distinct) {
      const exists = meant.length > 0 || partition.statics?.isLive(call.wallMs) === true;
      return resume !== null || !exists || visit(partition, meant[0] ?? null);
    }
    if (reversed) meant.reverse();
    const compare = table.compareClustering;
    for (const row of meant) {
      const isBehind = resume !== null && compare(row.clustering, resume.clustering) * (reversed ? -1 : 1) <= 0;
      if (!isBehind && !visit(partition, row)) return false;
    }
    // Static cells without a row show as one row of nulls.
    const bare = alive.length === 0 && resume === null && !filter.restrictsRows;
    if (!bare || partition.statics?.isLive(call.wallMs) !== true) return true;
    return test !== null && !test(partition, null) ? true : visit(partition, null);
  }
}
