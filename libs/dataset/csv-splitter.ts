import Papa from 'papaparse';
import type { CsvRow } from './csv-row.js';

export interface CsvFormat {
  /** One character; default a comma. */
  delimiter?: string | undefined;
  /** A row that is longer, and a quote that is not closed within as many bytes, is broken. Default 16 MiB. */
  maxRowBytes?: number | undefined;
}

interface Parsed {
  data: string[][];
  errors: { code: string; row?: number | undefined; index?: number | undefined }[];
  meta: { cursor: number };
}

const LONGEST_ROW_BYTES = 16_777_216;
/** How much is looked at after a broken row, as the next may be broken as well; twice as much after each good look. */
const SHORT_LOOK_CHARS = 4_096;
const SPACES = 64;

const NEVER_CLOSED = 'expected the quote of a field to be closed, found the end of the file';
const TEXT_AFTER_QUOTE =
  'expected a comma or the end of the row after the closing quote of a field, found other text (or the quote is not closed on its line)';

function linesIn(fields: readonly string[]): number {
  let lines = 1;
  for (const field of fields) for (let at = field.indexOf('\n'); at >= 0; at = field.indexOf('\n', at + 1)) lines++;
  return lines;
}

/** Line ends are those of the first row; what stands in quotes does not count. */
function newlineOf(text: string): '\n' | '\r\n' {
  let quotes = 0;
  let from = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', from)) {
    quotes += text.slice(from, at).split('"').length - 1;
    if (quotes % 2 === 0) return text[at - 1] === '\r' ? '\r\n' : '\n';
    from = at + 1;
  }
  return '\n';
}

/** True when what follows the closing quote of the field at `from` has come: a half line end is no error yet. */
function isSure(text: string, from: number): boolean {
  let at = text.indexOf('"', from);
  while (at >= 0 && text[at + 1] === '"') at = text.indexOf('"', at + 2);
  return at >= 0 && text.slice(at + 1, at + 1 + SPACES).trim() !== '';
}

/**
 * Takes latin1 text apart as it comes, in pieces that may end anywhere. A row with broken quotes costs its first line and
 * nothing else: the line after it begins a new row.
 */
export class CsvSplitter {
  /** Of the file, once a line has ended. */
  newline: '\n' | '\r\n' | undefined;
  /** Of the line that comes next. Whoever takes rows apart in its stead, while it is idle, counts here as well. */
  line = 1;
  private text = '';
  /** The rest of a line that is too long is still to come. */
  private skipping = false;
  private look = Number.POSITIVE_INFINITY;
  readonly delimiter: string;
  readonly maxRowBytes: number;

  /** `index` is that of the row that comes next; it counts as `line` does. */
  constructor(
    { delimiter, maxRowBytes }: CsvFormat = {},
    public index = 0,
  ) {
    this.delimiter = delimiter ?? ',';
    this.maxRowBytes = maxRowBytes ?? LONGEST_ROW_BYTES;
  }

  /** No row has begun. */
  get isIdle(): boolean {
    return this.text === '' && !this.skipping;
  }

  /** Takes the beginning of a row away, which leaves this idle; undefined when it has quotes, or more is to be known. */
  takeRest(): string | undefined {
    const { text, skipping, newline } = this;
    if (skipping || newline === undefined || text.includes('"')) return undefined;
    this.text = '';
    return text;
  }

  /** The rows that are complete with `piece`. */
  add(piece: string): CsvRow[] {
    const text = this.skipping ? this.afterLine(piece) : piece;
    this.text += text;
    this.newline ??= this.text.includes('\n') ? newlineOf(this.text.slice(0, this.maxRowBytes)) : undefined;
    return this.newline === undefined && this.text.length <= this.maxRowBytes ? [] : this.take(false);
  }

  /** The rows that are left. */
  end(): CsvRow[] {
    return this.take(true);
  }

  private take(isLast: boolean): CsvRow[] {
    const rows: CsvRow[] = [];
    while (this.text !== '' && this.step(rows, isLast)) continue;
    return rows;
  }

  /** Takes some rows; false when no more can be taken now. */
  private step(rows: CsvRow[], isLast: boolean): boolean {
    const isAll = this.look >= this.text.length;
    const text = isAll ? this.text : this.text.slice(0, this.look);
    const { data, errors, meta } = this.parse(text, 0, isLast && isAll);
    const bad = errors.find(({ row, index }) => row !== undefined && (row < data.length || isSure(text, index ?? 0)));
    const good = bad?.row ?? data.length;
    for (const fields of good < data.length ? data.slice(0, good) : data) this.push(rows, fields);
    if (bad) {
      const start = good === data.length ? meta.cursor : good === 0 ? 0 : this.parse(text, good, true).meta.cursor;
      this.breakLine(rows, start, bad.code === 'MissingQuotes' ? NEVER_CLOSED : TEXT_AFTER_QUOTE);
      return true;
    }
    this.text = this.text.slice(meta.cursor);
    if (!isAll) {
      this.look *= 2;
      return true;
    }
    if (isLast || this.text.length <= this.maxRowBytes) return false;
    this.breakLine(
      rows,
      0,
      `expected a row of at most ${this.maxRowBytes} bytes, found a longer one, or an open quote`,
    );
    return true;
  }

  private parse(text: string, preview: number, isLast: boolean): Parsed {
    const parser = new Papa.Parser({ delimiter: this.delimiter, newline: this.newline ?? '\n', preview });
    const parsed: Parsed = parser.parse(text, 0, !isLast);
    return parsed;
  }

  private push(rows: CsvRow[], fields: string[]): void {
    const lines = linesIn(fields);
    if (fields.length > 1 || fields[0] !== '') rows.push({ index: this.index++, line: this.line, fields });
    this.line += lines;
  }

  /** The line at `start` is broken; what follows it is a row of its own. */
  private breakLine(rows: CsvRow[], start: number, problem: string): void {
    const end = this.text.indexOf('\n', start);
    const raw = this.text.slice(start, end < 0 ? undefined : end).replace(/\r$/, '');
    rows.push({ index: this.index++, line: this.line, fields: [raw], problem });
    this.skipping = end < 0;
    this.text = end < 0 ? '' : this.text.slice(end + 1);
    if (end >= 0) this.line++;
    this.look = SHORT_LOOK_CHARS;
  }

  private afterLine(piece: string): string {
    const end = piece.indexOf('\n');
    if (end < 0) return '';
    this.skipping = false;
    this.line++;
    return piece.slice(end + 1);
  }
}
