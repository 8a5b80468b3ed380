import { writeFileSync } from 'node:fs';
import { CodedError } from '#libs/contract/problem.js';
import type { QueryAssignment } from '#libs/workloads/query/query.schema.js';

/** Writes the manifest of assignments. Throws CodedError OUTPUT_UNWRITABLE. */
export function writeAssignments(
  file: string,
  { csvDir, assignments }: { csvDir: string; assignments: readonly QueryAssignment[] },
): void {
  const totalFiles = assignments.reduce((sum, { files }) => sum + files.length, 0);
  const manifest = { csvDir, workerCount: assignments.length, totalFiles, assignments };
  try {
    writeFileSync(file, `${JSON.stringify(manifest, null, 2)}\n`);
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error);
    throw new CodedError('OUTPUT_UNWRITABLE', `the assignments cannot be written to ${file}: ${cause}`);
  }
}
