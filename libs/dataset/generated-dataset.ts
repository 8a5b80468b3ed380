import { createHash } from 'node:crypto';
import type { GenerateSpec } from '#libs/workloads/generate/generate.schema.js';
import type { GeneratedDataset } from './dataset-book.js';
import { type FileRecord, fingerprintOf } from './file-record.js';
import { shownBins, sizeBins } from './size-bins.js';
import { sizeReport } from './size-report.js';

const ID_DIGITS = 24;

/** The same dataset in the same folder has the same id, whoever makes it how often. */
function idOf({ dataset, files }: GenerateSpec, fingerprint: string): string {
  const what = JSON.stringify([dataset, fingerprint, files]);
  return `ds-${createHash('sha256').update(what).digest('hex').slice(0, ID_DIGITS)}`;
}

/** What a generate run has made, once all of its files are there. */
export function generatedDataset(
  spec: GenerateSpec,
  records: readonly FileRecord[],
  createdAtMs: number,
): GeneratedDataset {
  const fingerprint = fingerprintOf(spec);
  const { minBytes, maxBytes, meanBytes, bins } = sizeReport(
    shownBins(sizeBins(spec.sizes)),
    records.map(({ sizes }) => sizes),
  );
  return {
    id: idOf(spec, fingerprint),
    folder: spec.dataset,
    header: spec.header,
    columns: [spec.key.column, ...spec.payload.columns],
    seed: spec.seed,
    fingerprint,
    sizes: {
      minBytes,
      maxBytes,
      meanBytes,
      bins: bins.filter(({ rows }) => rows > 0).map(({ fromBytes, toBytes, rows }) => ({ fromBytes, toBytes, rows })),
    },
    files: records.map(({ name, storedBytes, rows, sha256 }) => ({
      name,
      bytes: storedBytes,
      modifiedMs: createdAtMs,
      rows,
      sha256,
      etag: null,
    })),
    createdAtMs,
  };
}
