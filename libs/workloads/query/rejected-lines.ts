import { existsSync } from 'node:fs';
import { readCsvFile } from '#libs/dataset/csv-reader.js';

const NONE: ReadonlySet<number> = new Set();

/** Where the rows of a file begin that a load has rejected, by its reject file; none without one. */
export async function rejectedLines(path: string | undefined): Promise<ReadonlySet<number>> {
  if (path === undefined || !existsSync(path)) return NONE;
  const lines = new Set<number>();
  const { blocks } = await readCsvFile(path, { header: true, shown: path });
  for await (const block of blocks) for (const { fields } of block) lines.add(Number(fields[0]));
  return lines;
}
