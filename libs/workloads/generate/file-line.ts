import type { FileRecord } from '#libs/dataset/file-record.js';
import type { GenerateSpec } from './generate.schema.js';

const kb = (bytes: number): string => (bytes / 1024).toFixed(1);

/** `✓ File   1/36: data/worker01_data_0001.csv (50000 rows, keys 1-50000, size 3.7-25.4KB avg=8.1KB)` */
export function fileLine(record: FileRecord, { files }: Pick<GenerateSpec, 'files'>, shown: string): string {
  const { index, name, rows, firstRow, sizes } = record;
  const place = String(index + 1).padStart(3);
  const keys = `keys ${firstRow + 1}-${firstRow + rows}`;
  const { minBytes, maxBytes, totalBytes } = sizes;
  return `✓ File ${place}/${files}: ${shown}/${name} (${rows} rows, ${keys}, size ${kb(minBytes)}-${kb(maxBytes)}KB avg=${kb(totalBytes / rows)}KB)`;
}
