import type { CsvRow } from './csv-row.js';
import { type CsvFormat, CsvSplitter } from './csv-splitter.js';
import type { Piece } from './piece-pool.js';
import { RawRow } from './raw-row.js';

const QUOTE = 0x22;
const LF = 0x0a;
const CR = 0x0d;
const NO_BYTES = Buffer.alloc(0);

/**
 * Takes the bytes of a CSV file apart as they come. Where no quote is near, rows are found by their line ends and nothing
 * is copied; everything else goes through `CsvSplitter`, whose rows these are like in every respect.
 */
export class PieceSplitter {
  private readonly splitter: CsvSplitter;
  private readonly delimiter: number;
  /** The beginning of a row whose end is still to come, while the splitter is idle. */
  private carry: Buffer = NO_BYTES;
  /** Where the next delimiter is in the bytes that are looked at; Infinity for none. */
  private nextDelimiter = -1;

  /** `index` is that of the first row. */
  constructor(format: CsvFormat = {}, index = 0) {
    this.splitter = new CsvSplitter(format, index);
    this.delimiter = this.splitter.delimiter.charCodeAt(0);
  }

  /** The rows that are complete with `piece`, whose bytes must stay as they are until these rows are released. */
  add(piece: Buffer, owner?: Piece): CsvRow[] {
    const { splitter, carry, delimiter } = this;
    const isPlain = splitter.isIdle && splitter.newline !== undefined && delimiter < 256 && !piece.includes(QUOTE);
    if (isPlain) {
      const rows = this.plainRows(piece, owner);
      // Too long: the splitter knows what becomes of it.
      return this.carry.length > splitter.maxRowBytes ? [...rows, ...this.slowRows(NO_BYTES)] : rows;
    }
    return this.slowRows(carry.length === 0 ? piece : Buffer.concat([carry, piece]));
  }

  /** The row that the file ends with, where it has no line end. */
  end(): CsvRow[] {
    const { carry, splitter } = this;
    this.carry = NO_BYTES;
    const rows = carry.length === 0 ? [] : splitter.add(carry.toString('latin1'));
    return [...rows, ...splitter.end()];
  }

  private slowRows(bytes: Buffer): CsvRow[] {
    const { splitter, carry } = this;
    const rows = splitter.add((bytes.length === 0 ? carry : bytes).toString('latin1'));
    this.carry = Buffer.from(splitter.takeRest() ?? '', 'latin1');
    return rows;
  }

  private plainRows(piece: Buffer, owner: Piece | undefined): CsvRow[] {
    const { carry } = this;
    const rows: CsvRow[] = [];
    let from = 0;
    if (carry.length > 0) {
      // The row that lies in two pieces, up to and with its line end.
      const feed = this.feedOf(piece, 0, carry);
      const joined = Buffer.concat([carry, feed < 0 ? piece : piece.subarray(0, feed + 1)]);
      this.carry = joined;
      if (feed < 0) return rows;
      this.nextDelimiter = -1;
      this.row(rows, joined, 0, joined.length - 1, undefined);
      from = feed + 1;
    }
    this.nextDelimiter = -1;
    for (let feed = this.feedOf(piece, from); feed >= 0; feed = this.feedOf(piece, from)) {
      this.row(rows, piece, from, feed, owner);
      from = feed + 1;
    }
    // A copy: the rest must not hold the whole piece.
    this.carry = Buffer.from(piece.subarray(from));
    return rows;
  }

  /** Where the line feed of the row that begins at `from` is; negative when it has not come. */
  private feedOf(bytes: Buffer, from: number, before: Buffer = NO_BYTES): number {
    const { newline } = this.splitter;
    for (let at = bytes.indexOf(LF, from); at >= 0; at = bytes.indexOf(LF, at + 1)) {
      // Where lines end with CR LF, a line feed alone is of the field that it stands in.
      if (newline === '\n' || (at === 0 ? before.at(-1) : bytes[at - 1]) === CR) return at;
    }
    return -1;
  }

  /** The row from `from` to the line feed at `feed`. */
  private row(rows: CsvRow[], bytes: Buffer, from: number, feed: number, owner: Piece | undefined): void {
    const { splitter } = this;
    const { newline, line } = splitter;
    const end = newline === '\n' ? feed : feed - 1;
    const ends: number[] = [];
    for (let at = this.delimiterFrom(bytes, from); at < end; at = this.delimiterFrom(bytes, at + 1)) ends.push(at);
    ends.push(end);
    splitter.line++;
    if (newline === '\r\n')
      for (let at = bytes.indexOf(LF, from); at < feed; at = bytes.indexOf(LF, at + 1)) splitter.line++;
    if (ends.length > 1 || end > from) rows.push(new RawRow(splitter.index++, line, bytes, from, ends, owner));
  }

  /** Looked for once, however many rows there are before it. */
  private delimiterFrom(bytes: Buffer, from: number): number {
    if (this.nextDelimiter < from) {
      const found = bytes.indexOf(this.delimiter, from);
      this.nextDelimiter = found < 0 ? Infinity : found;
    }
    return this.nextDelimiter;
  }
}
