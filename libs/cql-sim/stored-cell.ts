import { fromBuffer, toBuffer, type Bytes } from './storage/bytes.js';
import type { Row } from './storage/row.js';
import type { Schema } from './storage/schema.js';
import type { Column } from './storage/table.js';

export interface CellAddress {
  keyspace: string;
  table: string;
  /** Serialized values of the partition key's columns. */
  key: Buffer | readonly Buffer[];
  /** Serialized values of the clustering columns. */
  clustering?: readonly Buffer[];
  column: string;
}

/** One stored value, reached without the protocol. */
export class StoredCell {
  private readonly column: Column;
  private readonly row: Row | null;

  constructor(schema: Schema, { keyspace, table: name, key, clustering = [], column }: CellAddress) {
    const table = schema.table({ keyspace, table: name }, null);
    this.column = table.column(column);
    const parts: Bytes[] = (Buffer.isBuffer(key) ? [key] : key).map(fromBuffer);
    const partition = table.data.get(table.serializeKey(parts));
    this.row =
      this.column.kind === 'static'
        ? (partition?.statics ?? null)
        : (partition?.find(clustering.map(fromBuffer), table.compareClustering) ?? null);
  }

  /** The value as stored (an expired one too), or null. */
  get(): Buffer | null {
    const value = this.row?.read(this.column.slot, Number.NEGATIVE_INFINITY) ?? null;
    return value === null ? null : toBuffer(value);
  }

  /** Replaces the value; its write time stays. Throws when the row is not stored. */
  set(value: Buffer | null): void {
    if (!this.row) throw new RangeError(`no stored row to change column ${this.column.name} of`);
    this.row.tamper(this.column.slot, value && fromBuffer(value));
  }
}
