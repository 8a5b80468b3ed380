import { CodedError } from '#libs/contract/coded-error.js';

/** Where a page ended, as callers carry it: numbers and texts of its last row. */
export const writeCursor = (...parts: readonly (string | number)[]): string =>
  Buffer.from(JSON.stringify(parts)).toString('base64url');

/** The parts of a cursor. Throws CodedError VALIDATION_FAILED for one that we did not write. */
export function readCursor(cursor: string): { number: number; id: string } {
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    if (Array.isArray(parts) && Number.isSafeInteger(parts[0])) return { number: parts[0], id: String(parts[1] ?? '') };
  } catch {
    // Told below, like one that has other parts.
  }
  throw new CodedError('VALIDATION_FAILED', 'the cursor is not one of ours', [
    { path: 'cursor', message: 'expected the nextCursor of a former page' },
  ]);
}
