import { rowsAt } from '../row-check.js';

/** The rows of an answer: each the values of its columns as CQL binary, null for a null. */
export type Cells = readonly (readonly (Buffer | null)[])[];

/** Reads a RESULT Rows body; `start`..`end` bound it after the result kind (native protocol v4, section 4.2.5.2). The cells are views. */
export function readCells(buffer: Buffer, start: number, end: number): Cells {
  const columns = buffer.readInt32BE(start + 4);
  let at = rowsAt(buffer, start);
  const count = buffer.readInt32BE(at);
  at += 4;
  const rows: (Buffer | null)[][] = [];
  for (let row = 0; row < count; row++) {
    const cells: (Buffer | null)[] = [];
    for (let column = 0; column < columns; column++) {
      const length = at + 4 <= end ? buffer.readInt32BE(at) : -1;
      at += 4;
      cells.push(length < 0 ? null : buffer.subarray(at, at + length));
      at += Math.max(0, length);
    }
    rows.push(cells);
  }
  return rows;
}
