import { join } from 'node:path';
import type { GenerateReport, GenerateSpec } from '#libs/workloads/generate/generate.schema.js';
import { fileName } from './file-plan.js';
import { type FileRecord, fingerprintOf, writeDocument } from './file-record.js';
import { shownBins, sizeBins } from './size-bins.js';
import { sizeReport } from './size-report.js';

export const MANIFEST = 'manifest.json';

const total = (records: readonly FileRecord[], value: (record: FileRecord) => number): number =>
  records.reduce((sum, record) => sum + value(record), 0);

/** What `records` amount to; `kept` says which of them were there before. */
export function reportOf(
  spec: GenerateSpec,
  records: readonly FileRecord[],
  kept: ReadonlySet<number>,
): GenerateReport {
  const keptRecords = records.filter(({ index }) => kept.has(index));
  return {
    kind: 'generate',
    dataset: spec.dataset,
    files: records.length,
    keptFiles: keptRecords.length,
    rows: total(records, ({ rows }) => rows),
    keptRows: total(keptRecords, ({ rows }) => rows),
    dataBytes: total(records, ({ dataBytes }) => dataBytes),
    storedBytes: total(records, ({ storedBytes }) => storedBytes),
    sizes: sizeReport(
      shownBins(sizeBins(spec.sizes)),
      records.map(({ sizes }) => sizes),
    ),
  };
}

/** The records of `spec`, file by file; undefined where a file is missing or of another specification. */
export function inPlace(spec: GenerateSpec, records: readonly FileRecord[]): (FileRecord | undefined)[] {
  const fingerprint = fingerprintOf(spec);
  const byName = new Map(records.map((record) => [record.name, record]));
  return Array.from({ length: spec.files }, (_, index) => {
    const record = byName.get(fileName(index, spec));
    return record?.fingerprint === fingerprint && record.index === index ? record : undefined;
  });
}

/**
 * Writes what the dataset is, once every file is there; false while some are missing. Whoever finishes last does it, and
 * when two do, they write the same. Throws CodedError OUTPUT_UNWRITABLE.
 */
export async function writeManifest(
  folder: string,
  spec: GenerateSpec,
  records: readonly FileRecord[],
  owner: string,
): Promise<boolean> {
  const placed = inPlace(spec, records).filter((record) => record !== undefined);
  if (placed.length < spec.files) return false;
  const { kind: _kind, keptFiles: _keptFiles, keptRows: _keptRows, ...totals } = reportOf(spec, placed, new Set());
  const { seed, sizes, key, payload, header, compression, rowsPerFile, threads } = spec;
  const files = placed.map(({ name, firstRow, rows, dataBytes, storedBytes, sha256 }) => ({
    name,
    firstRow,
    rows,
    dataBytes,
    storedBytes,
    sha256,
  }));
  const manifest = {
    format: 'tidemark-dataset-1',
    fingerprint: fingerprintOf(spec),
    totals,
    made: { seed, rowsPerFile, threads, sizes, key, payload, header, compression },
    files,
  };
  await writeDocument(join(folder, MANIFEST), manifest, owner);
  return true;
}
