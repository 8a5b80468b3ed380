import { CodedError } from '#libs/contract/coded-error.js';
import { type CsvRow, fieldText } from './csv-row.js';
import { type CsvFormat, CsvSplitter } from './csv-splitter.js';
import { type DataFile, openDataFile } from './data-file.js';

const UTF8_MARK = '\xef\xbb\xbf';
const UTF16_MARKS = ['\xff\xfe', '\xfe\xff'];

export interface CsvOptions extends CsvFormat {
  /** True when the first row names the columns. */
  header: boolean;
  /** The file as the user knows it, for messages. */
  shown: string;
}

/** An open CSV file. */
export interface CsvReader {
  /** Of the header; undefined without one. */
  columns: readonly string[] | undefined;
  /** The rows, 64 KiB or a row at a time, no faster than they are asked for. Throws CodedError INPUT_UNREADABLE. */
  blocks: AsyncGenerator<readonly CsvRow[]>;
  /** Bytes of CSV read so far, decompressed. */
  bytes(): number;
}

const unreadable = (shown: string, problem: string, cause?: unknown): CodedError =>
  new CodedError('INPUT_UNREADABLE', `${shown} cannot be read: ${problem}`, [], { cause });

function columnsOf(row: CsvRow | undefined, shown: string): string[] {
  if (row === undefined) throw unreadable(shown, 'expected a header, found an empty file');
  if (row.problem !== undefined) throw unreadable(shown, `expected a header, but ${row.problem}`);
  const names = row.fields.map((field) => fieldText(field)?.trim());
  const problems = names.flatMap((name, at) => {
    if (name === undefined) return [`column ${at + 1} of the header is not UTF-8`];
    if (name === '') return [`column ${at + 1} of the header has no name`];
    if (name.includes('\0'))
      return [`column ${at + 1} of the header has a NUL byte: expected UTF-8, found UTF-16 or no text`];
    return names.indexOf(name) < at ? [`the header names ${name} twice`] : [];
  });
  if (problems.length > 0) throw unreadable(shown, problems.join('; '));
  return names.map((name) => name ?? '');
}

function withoutMark(text: string, shown: string): string {
  if (UTF16_MARKS.includes(text.slice(0, 2))) throw unreadable(shown, 'expected UTF-8, found UTF-16: convert it first');
  return text.startsWith(UTF8_MARK) ? text.slice(UTF8_MARK.length) : text;
}

/**
 * Reads CSV (RFC 4180, UTF-8) from bytes that come in pieces. Broken rows are among the rows, with a problem. Throws
 * CodedError INPUT_UNREADABLE when the file is empty, its header is unusable, or the source fails.
 */
export async function readCsv(source: AsyncIterable<Buffer>, options: CsvOptions): Promise<CsvReader> {
  const { header, shown } = options;
  const splitter = new CsvSplitter(options);
  let bytes = 0;
  async function* split(): AsyncGenerator<CsvRow[]> {
    try {
      let head: string | undefined = '';
      for await (const piece of source) {
        bytes += piece.length;
        let text = piece.toString('latin1');
        if (head !== undefined) {
          // The mark of an encoding may come in pieces.
          head += text;
          if (head.length < UTF8_MARK.length) continue;
          text = withoutMark(head, shown);
          head = undefined;
        }
        const rows = splitter.add(text);
        if (rows.length > 0) yield rows;
      }
      if (head !== undefined) yield splitter.add(withoutMark(head, shown));
    } catch (error) {
      if (error instanceof CodedError) throw error;
      throw unreadable(shown, error instanceof Error ? error.message : String(error), error);
    }
    yield splitter.end();
  }
  const all = split();
  const first = await all.next();
  const rows = first.done === true ? [] : first.value;
  const columns = header ? columnsOf(rows[0], shown) : undefined;
  async function* blocks(): AsyncGenerator<readonly CsvRow[]> {
    const shift = header ? 1 : 0;
    try {
      yield rows.slice(shift).map((row) => ({ ...row, index: row.index - shift }));
      for await (const block of all) yield shift === 0 ? block : block.map((row) => ({ ...row, index: row.index - 1 }));
    } finally {
      await all.return(undefined);
    }
  }
  return { columns, blocks: blocks(), bytes: () => bytes };
}

/** Opens a CSV file, on disk or in an S3-compatible store, unpacked; see `readCsv`. */
export const readCsvFile = (file: DataFile, options: CsvOptions): Promise<CsvReader> =>
  readCsv(openDataFile(file), options);
