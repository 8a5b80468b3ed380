import type { Shard } from '#libs/workloads/driver.js';
import type { QueryAssignment, QuerySpec } from './query.schema.js';
import { spreadLanes } from '../lane-spread.js';

/**
 * File i of all files is of worker i mod W: one file after another to the executors, and of those of an executor one
 * after another to its lanes. How many files there are only the executors see.
 */
export const planQuery = (
  { lanes, concurrency }: Pick<QuerySpec, 'lanes' | 'concurrency'>,
  { executors }: { executors: number },
): Shard[] => spreadLanes(executors, lanes, () => concurrency);

/** Which worker reads which of the files: number w of W the files w, w + W, w + 2W … */
export const assignmentsOf = (names: readonly string[], workers: number): QueryAssignment[] =>
  Array.from({ length: workers }, (_, at) => ({
    worker: at + 1,
    files: names.filter((_name, index) => index % workers === at),
  }));

/** The manifest as the load generator's coordinator writes it, indented JSON; `csvDir`: where the files are, as it was asked for. */
export function assignmentsText(csvDir: string, assignments: readonly QueryAssignment[]): string {
  const totalFiles = assignments.reduce((sum, { files }) => sum + files.length, 0);
  const manifest = { csvDir, workerCount: assignments.length, totalFiles, assignments };
  return `${JSON.stringify(manifest, null, 2)}\n`;
}
