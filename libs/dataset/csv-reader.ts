import { createReadStream } from 'node:fs';
import { pipeline, type Readable, type Transform } from 'node:stream';
import * as zlib from 'node:zlib';
import { CodedError } from '#libs/contract/coded-error.js';
import { type CsvRow, fieldText } from './csv-row.js';
import type { CsvFormat } from './csv-splitter.js';
import type { PiecePool } from './piece-pool.js';
import { PieceSplitter } from './piece-splitter.js';

/** Larger ones make larger strings, which the garbage collector takes much longer to be rid of. */
const PIECE_BYTES = 65_536;
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
    return names.indexOf(name) < at ? [`the header names ${name} twice`] : [];
  });
  if (problems.length > 0) throw unreadable(shown, problems.join('; '));
  return names.map((name) => name ?? '');
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
      for await (const piece of source) {
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

/** What undoes the compression of a file, by its name; undefined where there is none. Throws CodedError. */
function decompressorOf(path: string): Transform | undefined {
  if (path.endsWith('.gz')) return zlib.createGunzip({ chunkSize: PIECE_BYTES });
  if (!path.endsWith('.zst')) return undefined;
  const open: unknown = Reflect.get(zlib, 'createZstdDecompress');
  if (typeof open !== 'function')
    throw unreadable(path, `zstd is not in this Node (${process.version}): take Node 22.15, 24 or later, or gzip`);
  return open({ chunkSize: PIECE_BYTES });
}

/** The bytes of a CSV file on disk, `.gz` and `.zst` decompressed. */
export function openCsvFile(path: string): Readable {
  const file = createReadStream(path, { highWaterMark: PIECE_BYTES });
  const decompressor = decompressorOf(path);
  // An error of either ends both, and whoever reads hears of it.
  return decompressor ? pipeline(file, decompressor, () => undefined) : file;
}

const isPlain = (path: string): boolean => !/\.(gz|zst)$/.test(path);

/** Opens a CSV file on disk; see `readCsv`. */
export const readCsvFile = (path: string, options: CsvOptions): Promise<CsvReader> =>
  readCsv(options.pool && isPlain(path) ? options.pool.read(path) : openCsvFile(path), options);
