import type { CdcColumn, CdcTable } from '#libs/workloads/cdc/cdc.schema.js';
import { KEY_BYTES } from './row-key.js';
import { type CellPlace, VALUE_TYPES, type ValueType, writeBigint } from './row-value.js';

export const INSERT = 0;
export const UPDATE = 1;
export const DELETE = 2;
/** By index of the operation. */
export const CHANGE_NAMES = ['insert', 'update', 'delete'] as const;

const BIGINT_BYTES = 8;

export interface ShapedColumn {
  name: string;
  sinkName: string;
  type: ValueType;
  typeName: CdcColumn['type'];
  updated: boolean;
  sizeBytes: number;
}

const quoted = (name: string): string => `"${name}"`;

/** The row of a run's table: statements, contents, and what PostgreSQL has to hold. */
export class RowShape {
  readonly columns: readonly ShapedColumn[];
  readonly updated: readonly ShapedColumn[];
  /** Of the sink. */
  readonly key: string;
  readonly seq: string;
  private readonly place: CellPlace;

  constructor(
    readonly table: CdcTable,
    seed: number,
  ) {
    this.columns = table.columns.map(({ name, type, sinkName = name, updated, sizeBytes }) => ({
      name,
      sinkName,
      type: VALUE_TYPES[type],
      typeName: type,
      updated,
      sizeBytes,
    }));
    this.updated = this.columns.filter(({ updated }) => updated);
    this.key = table.sinkKey ?? table.key;
    this.seq = table.sinkSeq ?? table.seq;
    this.place = { seed, key: 0, seq: 0, column: 0 };
  }

  /** `"keyspace"."table"` of the source. */
  get source(): string {
    return `${quoted(this.table.keyspace)}.${quoted(this.table.table)}`;
  }

  /** `"schema"."table"` of PostgreSQL. */
  get sink(): string {
    return `${quoted(this.table.sinkSchema)}.${quoted(this.table.sinkTable)}`;
  }

  /** The statement of an operation; its values stand in the order of `lengths`. */
  statement(operation: number): string {
    const { key, seq } = this.table;
    const where = `WHERE ${quoted(key)} = ?`;
    if (operation === DELETE) return `DELETE FROM ${this.source} USING TIMESTAMP ? ${where}`;
    if (operation === UPDATE) {
      const set = [seq, ...this.updated.map(({ name }) => name)].map((name) => `${quoted(name)} = ?`);
      return `UPDATE ${this.source} USING TIMESTAMP ? SET ${set.join(', ')} ${where}`;
    }
    const names = [key, seq, ...this.columns.map(({ name }) => name)];
    const values = names.map(() => '?').join(', ');
    return `INSERT INTO ${this.source} (${names.map(quoted).join(', ')}) VALUES (${values}) USING TIMESTAMP ?`;
  }

  /** Bytes of each value of a statement. */
  lengths(operation: number): number[] {
    const of = (columns: readonly ShapedColumn[]) => columns.map(({ type, sizeBytes }) => type.bytes(sizeBytes));
    if (operation === DELETE) return [BIGINT_BYTES, KEY_BYTES];
    if (operation === UPDATE) return [BIGINT_BYTES, BIGINT_BYTES, ...of(this.updated), KEY_BYTES];
    return [KEY_BYTES, BIGINT_BYTES, ...of(this.columns), BIGINT_BYTES];
  }

  /** Which value of a statement is the key, and which the write time. */
  keyAt(operation: number): number {
    return operation === INSERT ? 0 : operation === DELETE ? 1 : 2 + this.updated.length;
  }
  timestampAt(operation: number): number {
    return operation === INSERT ? 2 + this.columns.length : 0;
  }

  /** Writes seq and cells of an insert or update at their offsets after `at`. Hot: nothing is allocated. */
  writeCells(out: Buffer, at: number, offsets: Int32Array, operation: number, key: number, seq: number): void {
    const { columns, place } = this;
    writeBigint(out, at + (offsets[1] ?? 0), seq);
    place.key = key;
    let value = 2;
    for (let index = 0; index < columns.length; index++) {
      const column = columns[index];
      if (column === undefined || (operation === UPDATE && !column.updated)) continue;
      place.column = index;
      place.seq = column.updated ? seq : 0;
      column.type.write(out, at + (offsets[value++] ?? 0), place, column.sizeBytes);
    }
  }

  /** What column `index` has to hold after the change `seq` of a row. */
  expected(index: number, key: number, seq: number): string {
    const column = this.columns[index];
    if (column === undefined) throw new RangeError(`expected a column below ${this.columns.length}, found ${index}`);
    const place = { seed: this.place.seed, key, seq: column.updated ? seq : 0, column: index };
    return column.type.text(place, column.sizeBytes);
  }

  /** What PostgreSQL is asked for: key, seq, whether the row is marked as deleted, then `cells` of the columns. */
  selectList(cells: boolean): string {
    const { deletedColumn } = this.table;
    const deleted = deletedColumn === undefined ? 'false' : `coalesce(${quoted(deletedColumn)}, false)`;
    const fixed = [`${quoted(this.key)}::text`, `${quoted(this.seq)}::text`, deleted];
    return [...fixed, ...(cells ? this.columns.map(({ type, sinkName }) => type.select(quoted(sinkName))) : [])]
      .map((expression, index) => `${expression} AS c${index}`)
      .join(', ');
  }

  /** The statement that makes the source's table; `cdc` is how the server switches its log on. */
  createSource(cdc: string): string {
    const { key, seq } = this.table;
    const columns = this.columns.map(({ name, type }) => `${quoted(name)} ${type.cql}`);
    return `CREATE TABLE IF NOT EXISTS ${this.source} (${quoted(key)} uuid PRIMARY KEY, ${quoted(seq)} bigint, ${columns.join(', ')})${cdc}`;
  }

  createSink(): string {
    const { deletedColumn } = this.table;
    const columns = this.columns.map(({ sinkName, type }) => `${quoted(sinkName)} ${type.sink}`);
    const marked = deletedColumn === undefined ? [] : [`${quoted(deletedColumn)} boolean`];
    const all = [`${quoted(this.key)} uuid PRIMARY KEY`, `${quoted(this.seq)} bigint`, ...columns, ...marked];
    return `CREATE TABLE IF NOT EXISTS ${this.sink} (${all.join(', ')})`;
  }
}
