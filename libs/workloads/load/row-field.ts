import type { CsvRow } from '#libs/dataset/csv-row.js';
import { RawRow } from '#libs/dataset/raw-row.js';
import type { CellCodec } from './cell-codec.js';

/* A field of a row by its place, straight from the bytes of the file where row and codec allow it. */

export const fieldAt = (row: CsvRow, at: number): string =>
  (row instanceof RawRow ? row.field(at) : row.fields[at]) ?? '';

export const isEmptyAt = (row: CsvRow, at: number): boolean =>
  row instanceof RawRow ? row.startOf(at) === row.endOf(at) : (row.fields[at] ?? '') === '';

export const fits = (row: CsvRow, at: number, codec: CellCodec): boolean =>
  row instanceof RawRow && codec.raw
    ? codec.raw.fits(row.bytes, row.startOf(at), row.endOf(at))
    : codec.fits(fieldAt(row, at));

export const sizeAt = (row: CsvRow, at: number, codec: CellCodec): number =>
  row instanceof RawRow && codec.raw
    ? codec.raw.size(row.bytes, row.startOf(at), row.endOf(at))
    : codec.size(fieldAt(row, at));

export function writeAt(row: CsvRow, at: number, codec: CellCodec, out: Buffer, into: number): void {
  if (row instanceof RawRow && codec.raw) codec.raw.write(row.bytes, row.startOf(at), row.endOf(at), out, into);
  else codec.write(fieldAt(row, at), out, into);
}
