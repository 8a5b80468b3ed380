import type { Bytes } from './bytes.js';
import { ROW_OVERHEAD_BYTES, Row } from './row.js';

export type CompareClustering = (left: readonly Bytes[], right: readonly Bytes[]) => number;

/** The rows under one partition key, in clustering order, and the static cells that they share. */
export class Partition {
  rows: Row[] = [];
  statics: Row | null = null;
  private deletedUs = -1;

  constructor(readonly key: Bytes) {}

  /** Index of the first row at or after `clustering` (a prefix sorts before what it begins). */
  lowerBound(clustering: readonly Bytes[], compare: CompareClustering): number {
    let low = 0;
    let high = this.rows.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (compare(this.rows[middle]?.clustering ?? [], clustering) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  find(clustering: readonly Bytes[], compare: CompareClustering): Row | undefined {
    const row = this.rows[this.lowerBound(clustering, compare)];
    return row && compare(row.clustering, clustering) === 0 ? row : undefined;
  }

  /** The row, made when it is not there. A row made after a deletion of the partition still loses to it. */
  obtain(clustering: readonly Bytes[], slots: number, compare: CompareClustering): Row {
    const at = clustering.length === 0 ? 0 : this.lowerBound(clustering, compare);
    const found = this.rows[at];
    if (found && compare(found.clustering, clustering) === 0) return found;
    const row = new Row(slots, clustering);
    if (this.deletedUs >= 0) row.delete(this.deletedUs);
    // A literal has room for one; push on an empty array takes room for seventeen.
    if (this.rows.length === 0) this.rows = [row];
    else if (at === this.rows.length) this.rows.push(row);
    else this.rows.splice(at, 0, row);
    return row;
  }

  obtainStatics(slots: number): Row {
    if (this.statics) return this.statics;
    this.statics = new Row(slots, []);
    if (this.deletedUs >= 0) this.statics.delete(this.deletedUs);
    return this.statics;
  }

  /** Deletes everything written up to `timestampUs`. Returns by how many bytes the partition grew (0 or less). */
  delete(timestampUs: number): number {
    this.deletedUs = Math.max(this.deletedUs, timestampUs);
    const rows = this.statics ? [...this.rows, this.statics] : this.rows;
    return rows.reduce((grown, row) => grown + row.delete(timestampUs), 0);
  }

  sizeBytes(): number {
    const rows = this.rows.reduce((bytes, row) => bytes + row.sizeBytes() + ROW_OVERHEAD_BYTES, 0);
    return this.key.length + PARTITION_OVERHEAD_BYTES + rows + (this.statics?.sizeBytes() ?? 0);
  }
}

export const PARTITION_OVERHEAD_BYTES = 192;
