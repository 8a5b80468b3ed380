import { CodedError } from '#libs/contract/coded-error.js';
import type { CsvFile } from '#libs/dataset/csv-files.js';
import { type CsvReader, readCsvFile } from '#libs/dataset/csv-reader.js';
import type { CsvRow } from '#libs/dataset/csv-row.js';
import type { PiecePool } from '#libs/dataset/piece-pool.js';
import { FileTally } from './file-tally.js';
import type { ProgressFolder } from './file-progress.js';
import type { LoadSpec } from './load.schema.js';
import type { LoadJob, LoadSource } from './load-source.js';
import type { RowCodec } from './row-codec.js';

export interface FeedParts {
  spec: LoadSpec;
  files: readonly CsvFile[];
  progress: ProgressFolder;
  source: LoadSource;
  /** The codec of files with these columns. Throws CodedError. */
  codecFor: (names: readonly string[]) => Promise<RowCodec>;
  /** Told of a file before its rows are read. */
  begun: (tally: FileTally) => void;
  isStopped: () => boolean;
  /** Which nodes hold a row: the same text for the same nodes. */
  holdersOf: (codec: RowCodec, row: CsvRow) => string;
  /** Of the lane. */
  pool: PiecePool;
}

/** Reads the files, one after another, rejects what cannot be written, and makes jobs of the rest. Throws CodedError. */
export async function feedFiles(parts: FeedParts): Promise<void> {
  for (const file of parts.files) {
    if (parts.isStopped()) return;
    const start = await parts.progress.read(file);
    const tally = new FileTally(start.done ? start : await parts.progress.take(start));
    parts.begun(tally);
    if (start.done) continue;
    await feedFile(parts, file, tally);
  }
}

async function feedFile(parts: FeedParts, file: CsvFile, tally: FileTally): Promise<void> {
  const { spec, codecFor, source, isStopped } = parts;
  const { header, delimiter, maxRowBytes } = spec;
  const reader = await readCsvFile(file, { header, delimiter, maxRowBytes, shown: file.name, pool: parts.pool });
  const from = tally.rows;
  let total = 0;
  try {
    const codec = await codecFor(namesOf(reader, spec, file.name));
    for await (const block of reader.blocks) {
      const fresh = total + block.length > from ? block.filter(({ index }) => index >= from) : [];
      // Decided by a run before.
      for (const row of block) if (row.index < from) row.release?.();
      total += block.length;
      if (fresh.length > 0) await source.add(jobsOf(fresh, codec, tally, parts));
      if (isStopped()) return;
    }
  } finally {
    await reader.blocks.return(undefined);
  }
  tally.end(total);
}

function namesOf({ columns }: CsvReader, spec: LoadSpec, shown: string): readonly string[] {
  const names = spec.columns ?? columns;
  if (names === undefined)
    throw new CodedError(
      'VALIDATION_FAILED',
      'files without a header need spec.columns (--columns): name their columns',
    );
  if (columns !== undefined && columns.length !== names.length)
    throw new CodedError(
      'INPUT_UNREADABLE',
      `${shown} has ${columns.length} columns in its header, but spec.columns (--columns) names ${names.length}`,
    );
  return names;
}

/** Jobs of the rows that can be written; the others are rejected, as many as may be. */
function jobsOf(rows: readonly CsvRow[], codec: RowCodec, tally: FileTally, parts: FeedParts): LoadJob[] {
  const { spec } = parts;
  const good: CsvRow[] = [];
  for (const row of rows) {
    const reason = row.problem ?? codec.problem(row);
    if (reason === undefined) good.push(row);
    else if (tally.reject(row, reason) > spec.errors.maxRejected)
      throw new CodedError(
        'OPERATIONS_FAILED',
        `${tally.name} has more than ${spec.errors.maxRejected} rows that cannot be written, the last on line ${row.line} (${reason}): correct the file, or raise errors.maxRejected (--max-rejected)`,
      );
  }
  return batchesOf(good, codec, parts).map((batch) => ({ tally, codec, rows: batch }));
}

/** Rows that go together; a batch over partitions is bounded in bytes as well, since the target refuses large ones. */
function batchesOf(rows: readonly CsvRow[], codec: RowCodec, { spec, holdersOf }: FeedParts): CsvRow[][] {
  const { batchSize, batchBy, maxBatchBytes } = spec;
  if (batchSize === 1) return rows.map((row) => [row]);
  const isBounded = batchBy !== 'partition';
  const groups = GROUPS[batchBy](rows, codec, holdersOf);
  const batches: CsvRow[][] = [];
  for (const group of groups) {
    let batch: CsvRow[] = [];
    let bytes = 0;
    for (const row of group) {
      const size = isBounded ? codec.size(row) : 0;
      if (batch.length === batchSize || (batch.length > 0 && bytes + size > maxBatchBytes)) {
        batches.push(batch);
        batch = [];
        bytes = 0;
      }
      batch.push(row);
      bytes += size;
    }
    if (batch.length > 0) batches.push(batch);
  }
  return batches;
}

type Grouping = (rows: readonly CsvRow[], codec: RowCodec, holdersOf: FeedParts['holdersOf']) => (readonly CsvRow[])[];

/** Which rows may share a batch. */
const GROUPS: { readonly [B in LoadSpec['batchBy']]: Grouping } = {
  partition: (rows, codec) => grouped(rows, (row) => codec.key(row).toString('latin1')),
  tokenRange: (rows, codec, holdersOf) => grouped(rows, (row) => holdersOf(codec, row)),
  any: (rows) => [rows],
};

function grouped(rows: readonly CsvRow[], groupOf: (row: CsvRow) => string): CsvRow[][] {
  const groups = new Map<string, CsvRow[]>();
  for (const row of rows) {
    const key = groupOf(row);
    const group = groups.get(key);
    if (group) group.push(row);
    else groups.set(key, [row]);
  }
  return [...groups.values()];
}
