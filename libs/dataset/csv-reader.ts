import { CodedError } from '#libs/contract/coded-error.js';
import { type CsvRow, fieldText } from './csv-row.js';
import type { CsvFormat } from './csv-splitter.js';
import { type DataFile, openDataFile } from './data-file.js';
import { packingOf } from './decompress.js';
import type { PiecePool } from './piece-pool.js';
import { PieceSplitter } from './piece-splitter.js';

const UTF8_MARK = '\xef\xbb\xbf';
const UTF16_MARKS = ['\xff\xfe', '\xfe\xff'];

export interface CsvOptions extends CsvFormat {
  /** True when the first row names the columns. */
  header: boolean;
  /** The file as the user knows it, for messages. */
  shown: string;
  /** What a file is read into again and again; whoever reads it releases its rows. Absent: memory of its own. */
  pool?: PiecePool | undefined;
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

/** The mark of an encoding may come in pieces: the first one is made long enough to hold it. */
async function* withWholeMark(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let head: Buffer | undefined = Buffer.alloc(0);
  for await (const piece of source) {
    const all: Buffer = head === undefined || head.length === 0 ? piece : Buffer.concat([head, piece]);
    const isShort: boolean = head !== undefined && all.length < UTF8_MARK.length;
    head = isShort ? all : undefined;
    if (!isShort) yield all;
  }
  if (head !== undefined && head.length > 0) yield head;
}

/**
 * Reads CSV (RFC 4180, UTF-8) from bytes that come in pieces. Broken rows are among the rows, with a problem. Throws
 * CodedError INPUT_UNREADABLE when the file is empty, its header is unusable, or the source fails.
 */
export async function readCsv(source: AsyncIterable<Buffer>, options: CsvOptions): Promise<CsvReader> {
  const { header, shown, pool } = options;
  const splitter = new PieceSplitter(options, header ? -1 : 0);
  let bytes = 0;
  async function* split(): AsyncGenerator<CsvRow[]> {
    try {
      for await (const piece of withWholeMark(source)) {
        const mark = bytes === 0 ? piece.toString('latin1', 0, UTF8_MARK.length) : '';
        bytes += piece.length;
        if (UTF16_MARKS.includes(mark.slice(0, 2)))
          throw unreadable(shown, 'expected UTF-8, found UTF-16: convert it first');
        const owner = pool?.pieceOf(piece);
        const rows = splitter.add(mark === UTF8_MARK ? piece.subarray(UTF8_MARK.length) : piece, owner);
        owner?.release();
        if (rows.length > 0) yield rows;
      }
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
    try {
      yield header ? rows.slice(1) : rows;
      yield* all;
    } finally {
      await all.return(undefined);
    }
  }
  return { columns, blocks: blocks(), bytes: () => bytes };
}

const isPlain = ({ path, packing, s3 }: DataFile): boolean =>
  s3 === undefined && (packing ?? packingOf(path)) === 'none';

/** Opens a CSV file, on disk or in an S3-compatible store, unpacked; see `readCsv`. */
export const readCsvFile = (file: DataFile, options: CsvOptions): Promise<CsvReader> =>
  readCsv(options.pool && isPlain(file) ? options.pool.read(file.path) : openDataFile(file), options);
