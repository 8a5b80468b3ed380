import { CodedError } from '#libs/contract/coded-error.js';

const HINTS: Readonly<Record<string, string>> = {
  ENOSPC:
    'the disk is full: free some space, or generate fewer rows; what is finished is kept and the same run resumes',
  EDQUOT: 'the quota is used up: raise it, or generate fewer rows; what is finished is kept and the same run resumes',
  EACCES: 'this process may not write there: change the permissions, or name another folder',
  EPERM: 'this process may not write there: change the permissions, or name another folder',
  EROFS: 'the file system is read-only: name another folder',
  ENOTDIR: 'a part of the path is a file: name another folder',
  ENOENT: 'it is gone: does another process work in the same folder?',
  EIO: 'the disk reports an error: check it',
};

/** A failed file operation as a coded failure: one sentence that names cause and fix. */
export function writeProblem(path: string, error: unknown): CodedError {
  if (error instanceof CodedError) return error;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const cause = error instanceof Error ? error.message : String(error);
  const hint = HINTS[code] ?? cause;
  return new CodedError('OUTPUT_UNWRITABLE', `${path} cannot be written (${code || cause}): ${hint}`, [], {
    cause: error,
  });
}
