import { createHash } from 'node:crypto';
import type { RowSizes } from '#libs/contract/dataset.js';
import type { DatasetFileRow, DatasetRow } from './dataset-entities.js';

type Sums = Pick<DatasetRow, 'fileCount' | 'bytes' | 'rows' | 'brokenRows' | 'firstBroken' | 'sizes' | 'checksum'>;

/** Null as soon as one of them is not known. */
function sum(values: readonly (number | null)[]): number | null {
  let total = 0;
  for (const value of values) {
    if (value === null) return null;
    total += value;
  }
  return total;
}

/** One histogram of several; null as soon as one of them is not known. */
export function joinSizes(parts: readonly (RowSizes | null)[]): RowSizes | null {
  const known = parts.filter((part) => part !== null);
  if (known.length < parts.length || known.length === 0) return null;
  const bins = new Map<number, RowSizes['bins'][number]>();
  let rows = 0;
  let bytes = 0;
  for (const part of known) {
    const partRows = part.bins.reduce((total, bin) => total + bin.rows, 0);
    rows += partRows;
    bytes += part.meanBytes * partRows;
    for (const bin of part.bins)
      bins.set(bin.fromBytes, { ...bin, rows: bin.rows + (bins.get(bin.fromBytes)?.rows ?? 0) });
  }
  const filled = known.filter((part) => part.bins.length > 0);
  return {
    minBytes: filled.length === 0 ? 0 : filled.reduce((least, part) => Math.min(least, part.minBytes), Infinity),
    maxBytes: filled.reduce((most, part) => Math.max(most, part.maxBytes), 0),
    meanBytes: rows === 0 ? 0 : bytes / rows,
    bins: [...bins.values()].toSorted((left, right) => left.fromBytes - right.fromBytes),
  };
}

const byName = <File extends { name: string }>(files: readonly File[]): File[] =>
  files.toSorted((left, right) => (left.name < right.name ? -1 : 1));

/** SHA-256 of the lines that `sha256sum` prints of all files, by name; null as soon as one of them is not known. */
function checksumOf(files: readonly Pick<DatasetFileRow, 'name' | 'sha256'>[]): string | null {
  const hash = createHash('sha256');
  for (const { name, sha256 } of byName(files)) {
    if (sha256 === null) return null;
    hash.update(`${sha256}  ${name}\n`);
  }
  return hash.digest('hex');
}

/** What the files of a dataset amount to, in whatever order the database answers them. */
export const sumsOf = (files: readonly Omit<DatasetFileRow, 'datasetId'>[]): Sums => ({
  fileCount: files.length,
  bytes: files.reduce((total, { bytes }) => total + bytes, 0),
  rows: sum(files.map(({ rows }) => rows)),
  brokenRows: sum(files.map(({ brokenRows }) => brokenRows)),
  firstBroken: byName(files).find(({ firstBroken }) => firstBroken !== null)?.firstBroken ?? null,
  sizes: joinSizes(files.map(({ sizes }) => sizes)),
  checksum: checksumOf(files),
});
