import type { Dataset, DatasetFile } from '#libs/contract/dataset.js';

const HEADER = ['id', 'source', 'files', 'rows', 'bytes', 'created', 'name'] as const;
const SHOWN_FILES = 20;

/** Epoch milliseconds as ISO 8601 without the fraction. */
const instant = (atMs: number): string => `${new Date(atMs).toISOString().slice(0, 19)}Z`;
const known = (value: number | null): string => (value === null ? '-' : String(value));

function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** Datasets as a table, in the order they come. */
export const datasetTable = (datasets: readonly Dataset[]): string =>
  table([
    HEADER,
    ...datasets.map(({ id, source, files, rows, bytes, createdAtMs, name }) => [
      id,
      source,
      String(files),
      known(rows),
      String(bytes),
      instant(createdAtMs),
      name ?? '',
    ]),
  ]);

const placeOf = ({ location }: Dataset): string =>
  location.type === 'folder'
    ? `${location.folder === '' ? '.' : location.folder} below the data root`
    : `s3://${location.bucket}/${location.folder} at ${location.endpoint}`;

/** One dataset, and the first of its files. */
export function datasetText(dataset: Dataset, files: readonly DatasetFile[]): string {
  const { id, name, source, bytes, rows, brokenRows, firstBroken, columns, header, checksum, seed, sizes } = dataset;
  const facts: [string, string | null][] = [
    ['id', id],
    ['name', name],
    ['source', source],
    ['place', placeOf(dataset)],
    ['files', String(dataset.files)],
    ['bytes', String(bytes)],
    ['rows', known(rows)],
    ['broken rows', brokenRows === null || brokenRows === 0 ? null : `${brokenRows} (${firstBroken ?? ''})`],
    ['columns', columns && `${columns.join(', ')}${header ? '' : ' (no header)'}`],
    ['row sizes', sizes && `${sizes.minBytes} to ${sizes.maxBytes} bytes, mean ${sizes.meanBytes.toFixed(1)}`],
    ['seed', seed === null ? null : String(seed)],
    ['checksum', checksum],
  ];
  const lines = facts.flatMap(([what, value]) => (value === null ? [] : [`${what.padEnd(12)}${value}`]));
  const shown = files.slice(0, SHOWN_FILES);
  const listed = shown.map((file) => [
    file.name,
    String(file.bytes),
    known(file.rows),
    file.sha256 ?? file.etag ?? '-',
  ]);
  const more = files.length > shown.length ? [`… and ${files.length - shown.length} more`] : [];
  return [...lines, '', table([['file', 'bytes', 'rows', 'sha256 or etag'], ...listed]), ...more].join('\n');
}
