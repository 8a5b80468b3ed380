import { ROWS_FLAG } from '#libs/cql/protocol.js';
import type { RowGenerator } from '#libs/stress/row-generator.js';
import { OUTCOME_INDEX } from './outcome-index.js';

export const NULL_CELL = -1;
export const NO_ROW = -2;
/** More than one row, or other columns than were asked for. */
export const OTHER_SHAPE = -3;

/**
 * Compares the one row of a RESULT Rows body with the row that the generator is set to; in place, without allocation.
 * After a mismatch, `column`, `at` and `length` say where: `length` is below zero where there is no value to show.
 */
export class RowCheck {
  column = 0;
  at = 0;
  /** Bytes of the value that was found, or NULL_CELL, NO_ROW or OTHER_SHAPE. */
  length = 0;
  /** How many rows and columns came. */
  rowsFound = 0;
  columnsFound = 0;

  constructor(
    private readonly generator: RowGenerator,
    private readonly columns: number,
    /** The columns behind these many have no value. */
    private readonly populated = columns,
  ) {}

  /** `start`..`end` bound the body after the result kind (native protocol v4, section 4.2.5.2). Answers an outcome index. */
  check(buffer: Buffer, start: number, end: number): number {
    const columns = buffer.readInt32BE(start + 4);
    let at = rowsAt(buffer, start);
    const rows = buffer.readInt32BE(at);
    at += 4;
    this.rowsFound = rows;
    this.columnsFound = columns;
    if (rows !== 1 || columns !== this.columns) {
      this.column = 0;
      this.at = at;
      this.length = rows === 0 ? NO_ROW : OTHER_SHAPE;
      return rows === 0 ? OUTCOME_INDEX.missing : OUTCOME_INDEX.validation;
    }
    for (let column = 0; column < columns; column++) {
      // A body that is cut short has no length left: as good as null.
      const length = at + 4 <= end ? buffer.readInt32BE(at) : NULL_CELL;
      at += 4;
      if (column >= this.populated && length === NULL_CELL) continue;
      if (
        length < 0 ||
        column >= this.populated ||
        at + length > end ||
        !this.generator.matches(column, buffer, at, length)
      ) {
        this.column = column;
        this.at = at;
        this.length = at + length > end ? Math.max(0, end - at) : length;
        return OUTCOME_INDEX.validation;
      }
      at += length;
    }
    return OUTCOME_INDEX.ok;
  }

  /** Only whether a row came back. */
  present(buffer: Buffer, start: number): number {
    if (rowCount(buffer, start) > 0) return OUTCOME_INDEX.ok;
    this.column = 0;
    this.length = NO_ROW;
    return OUTCOME_INDEX.missing;
  }
}

/** Number of rows of a RESULT Rows body, from after the result kind. */
export const rowCount = (buffer: Buffer, start: number): number => buffer.readInt32BE(rowsAt(buffer, start));

/** Where the next page begins, as a view; undefined when this was the last. */
export function pagingStateOf(buffer: Buffer, start: number): Buffer | undefined {
  if ((buffer.readInt32BE(start) & ROWS_FLAG.HAS_MORE_PAGES) === 0) return undefined;
  const length = buffer.readInt32BE(start + 8);
  return length < 0 ? undefined : buffer.subarray(start + 12, start + 12 + length);
}

/** Where the number of rows stands. */
export function rowsAt(buffer: Buffer, start: number): number {
  const flags = buffer.readInt32BE(start);
  let at = start + 8;
  if ((flags & ROWS_FLAG.HAS_MORE_PAGES) !== 0) at += 4 + Math.max(0, buffer.readInt32BE(at));
  return (flags & ROWS_FLAG.NO_METADATA) === 0 ? skipColumnSpecs(buffer, at, flags, buffer.readInt32BE(start + 4)) : at;
}

/** Column specifications are skipped: servers may send them although they were told not to. Stress columns are of simple types. */
function skipColumnSpecs(buffer: Buffer, start: number, flags: number, columns: number): number {
  let at = start;
  const skipString = () => {
    at += 2 + buffer.readUInt16BE(at);
  };
  const global = (flags & ROWS_FLAG.GLOBAL_TABLES_SPEC) !== 0;
  if (global) {
    skipString();
    skipString();
  }
  for (let column = 0; column < columns; column++) {
    if (!global) {
      skipString();
      skipString();
    }
    skipString();
    at += 2;
  }
  return at;
}
