import { RESULT_KIND, ROWS_FLAG } from '#libs/cql/protocol.js';
import { writeType, type CqlType } from '../lang/cql-type.js';
import { fromBuffer, toBuffer } from '../storage/bytes.js';
import { Outbox } from '../wire/outbox.js';

export interface ColumnSpec {
  name: string;
  type: CqlType;
}

/** The result columns of one statement: their metadata is serialized once and copied into every answer. */
export class RowsMetadata {
  /** Table spec and column specs, without flags, count and paging state. */
  private readonly specs: Buffer;

  constructor(
    readonly keyspace: string,
    readonly table: string,
    readonly columns: readonly ColumnSpec[],
  ) {
    const out = new Outbox();
    out.string(keyspace);
    out.string(table);
    for (const column of columns) {
      out.string(column.name);
      writeType(out, column.type);
    }
    this.specs = toBuffer(fromBuffer(out.gathered()));
  }

  /** Flags, column count, paging state and (unless skipped) column specs. */
  write(out: Outbox, skip: boolean, pagingState: string | null): void {
    const more = pagingState === null ? 0 : ROWS_FLAG.HAS_MORE_PAGES;
    out.int32(more | (skip ? ROWS_FLAG.NO_METADATA : ROWS_FLAG.GLOBAL_TABLES_SPEC));
    out.int32(this.columns.length);
    if (pagingState !== null) out.value(pagingState);
    if (!skip) out.raw(this.specs);
  }

  /** Begins a RESULT of kind Rows; `count` rows must follow. */
  writeRows(out: Outbox, skip: boolean, pagingState: string | null, count: number): void {
    out.int32(RESULT_KIND.ROWS);
    this.write(out, skip, pagingState);
    out.int32(count);
  }
}
