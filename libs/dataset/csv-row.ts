/**
 * A row of a CSV file. Its fields are the bytes of the file, one character each (latin1), so that nothing is decoded that
 * nobody reads: `fieldText` makes text of one.
 */
export interface CsvRow {
  /** Rows before it in the file; header and blank lines are none. */
  readonly index: number;
  /** Line of the file that it begins on; the first is 1. */
  readonly line: number;
  readonly fields: readonly string[];
  /** Why it cannot be taken apart; its one field is the raw line then. */
  readonly problem?: string;
  /** To be called once by whoever needs it no longer, where the reader has a pool: its fields may change then. */
  release?(): void;
}

/** A field as text; undefined when its bytes are not UTF-8. */
export function fieldText(field: string): string | undefined {
  if (!/[^\0-\x7f]/.test(field)) return field;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.from(field, 'latin1'));
  } catch {
    return undefined;
  }
}
