import type { BodyReader } from './body-reader.js';
import { decodeValue, readType, type ColumnSpec, type CqlValue } from './column-type.js';
import { RESULT_KIND, ROWS_FLAG } from './protocol.js';

export type Row = Readonly<Record<string, CqlValue>>;

export interface PreparedResult {
  id: Buffer;
  /** Index of each partition-key column among the bound values; empty when not all are bound. */
  partitionKey: number[];
  /** `keyspace.table` of the bound values; empty when it has none, or not one table. */
  table: string;
  /** The server says that it is a lightweight transaction. */
  isLwt: boolean;
  /** The bound values. */
  columns: ColumnSpec[];
  /** The cells of an answer's rows; none where the statement answers none. */
  resultColumns: ColumnSpec[];
}

export interface RowsResult {
  rows: Row[];
  pagingState: Buffer | null;
}

interface Metadata {
  columns: ColumnSpec[];
  pagingState: Buffer | null;
}

function readSpecs(reader: BodyReader, flags: number, count: number): { table: string; columns: ColumnSpec[] } {
  const global = (flags & ROWS_FLAG.GLOBAL_TABLES_SPEC) !== 0;
  const table = global ? `${reader.string()}.${reader.string()}` : '';
  const columns = reader.list(count, 4, () => {
    if (!global) {
      reader.string();
      reader.string();
    }
    const name = reader.string();
    return { name, type: readType(reader) };
  });
  return { table, columns };
}

function readMetadata(reader: BodyReader): Metadata {
  const flags = reader.int();
  const count = reader.int();
  const pagingState = (flags & ROWS_FLAG.HAS_MORE_PAGES) !== 0 ? reader.bytes() : null;
  const columns = (flags & ROWS_FLAG.NO_METADATA) !== 0 ? [] : readSpecs(reader, flags, count).columns;
  return { columns, pagingState };
}

/** Rows of a RESULT body (any kind; other kinds have none). `reader` stands before the result kind. */
export function readRows(reader: BodyReader): RowsResult {
  if (reader.int() !== RESULT_KIND.ROWS) return { rows: [], pagingState: null };
  const { columns, pagingState } = readMetadata(reader);
  const rows: Row[] = [];
  const count = reader.int();
  // A row without columns takes no bytes: there is nothing to read of it.
  for (let left = columns.length === 0 ? 0 : count; left > 0; left--) {
    const row: Record<string, CqlValue> = {};
    for (const { name, type } of columns) row[name] = decodeValue(type, reader.bytes());
    rows.push(row);
  }
  return { rows, pagingState };
}

/**
 * A Prepared result of protocol v4. `reader` stands before the result kind.
 * @param lwtMask bits of the flags by which the server marks lightweight transactions; 0 when it does not
 */
export function readPrepared(reader: BodyReader, lwtMask: number): PreparedResult {
  reader.int();
  const id = reader.shortBytes();
  const flags = reader.int();
  const count = reader.int();
  const partitionKey = reader.list(reader.int(), 2, () => reader.short());
  const { table, columns } = readSpecs(reader, flags, count);
  const { columns: resultColumns } = readMetadata(reader);
  return { id, partitionKey, table, isLwt: (flags & lwtMask) !== 0, columns, resultColumns };
}
