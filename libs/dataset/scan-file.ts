import { createHash, type Hash } from 'node:crypto';
import type { CsvFile } from './csv-files.js';
import { readCsv, readCsvFile } from './csv-reader.js';
import { type CsvRow, fieldText } from './csv-row.js';
import { storedBytes } from './data-file.js';
import { packingOf, unpacked } from './decompress.js';
import { RowSizeCount } from './row-sizes.js';

export interface ScanFormat {
  header: boolean;
  delimiter: string;
  /** Without a header: what the columns are, where that was said. */
  columns: readonly string[] | null;
}

/** What is in a file that was read to its end. */
export interface ScannedFile {
  /** Of its header; null without one. */
  columns: readonly string[] | null;
  rows: number;
  /** Of rows. */
  brokenRows: number;
  firstBroken: string | null;
  sizes: ReturnType<RowSizeCount['report']>;
  /** Of the bytes as stored. */
  sha256: string;
}

async function* hashed(source: AsyncIterable<Buffer>, hash: Hash): AsyncGenerator<Buffer> {
  for await (const piece of source) {
    hash.update(piece);
    yield piece;
  }
}

function problemOf({ problem, fields }: CsvRow, wanted: number | undefined): string | undefined {
  if (problem !== undefined) return problem;
  if (wanted !== undefined && fields.length !== wanted) return `expected ${wanted} fields, found ${fields.length}`;
  const at = fields.findIndex((field) => fieldText(field) === undefined);
  return at < 0 ? undefined : `field ${at + 1} is not UTF-8`;
}

/** Reads a file to its end, no more of it at a time than a piece. Throws CodedError INPUT_UNREADABLE. */
export async function scanFile(file: CsvFile, { header, delimiter, columns }: ScanFormat): Promise<ScannedFile> {
  const hash = createHash('sha256');
  const bytes = unpacked(hashed(storedBytes(file), hash), file.packing ?? packingOf(file.path));
  const reader = await readCsv(bytes, { header, delimiter, shown: file.name });
  const sizes = new RowSizeCount();
  let wanted = reader.columns?.length ?? columns?.length;
  let rows = 0;
  let brokenRows = 0;
  let firstBroken: string | null = null;
  for await (const block of reader.blocks)
    for (const row of block) {
      wanted ??= row.fields.length;
      rows++;
      const problem = problemOf(row, wanted);
      if (problem !== undefined) {
        brokenRows++;
        firstBroken ??= `line ${row.line} of ${file.name}: ${problem}`;
      }
      sizes.add(row.fields.reduce((total, field) => total + field.length, 0));
    }
  return {
    columns: reader.columns ?? null,
    rows,
    brokenRows,
    firstBroken,
    sizes: sizes.report(),
    sha256: hash.digest('hex'),
  };
}

/** The columns of a file's header. Throws CodedError INPUT_UNREADABLE. */
export async function headerOf(file: CsvFile, delimiter: string): Promise<readonly string[]> {
  const reader = await readCsvFile(file, { header: true, delimiter, shown: file.name });
  await reader.blocks.return(undefined);
  return reader.columns ?? [];
}
