import { writeFileSync } from 'node:fs';
import { CodedError } from '#libs/contract/problem.js';
import { assignmentsText } from '#libs/workloads/query/query.plan.js';
import type { QueryAssignment } from '#libs/workloads/query/query.schema.js';

/** Writes the manifest of assignments. Throws CodedError OUTPUT_UNWRITABLE. */
export function writeAssignments(
  file: string,
  { csvDir, assignments }: { csvDir: string; assignments: readonly QueryAssignment[] },
): void {
  try {
    writeFileSync(file, assignmentsText(csvDir, assignments));
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error);
    throw new CodedError('OUTPUT_UNWRITABLE', `the assignments cannot be written to ${file}: ${cause}`);
  }
}
