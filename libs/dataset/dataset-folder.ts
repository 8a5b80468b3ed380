import { mkdir, readdir, realpath, rm } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { CodedError } from '#libs/contract/coded-error.js';
import { PARTIAL_SUFFIX } from './file-sink.js';
import { RECORD_FOLDER } from './file-record.js';
import { writeProblem } from './write-problem.js';

/** Where a dataset lies. */
export interface DatasetPlace {
  /** Absolute, symbolic links resolved. */
  folder: string;
  /** As the user knows it, for messages. */
  shown: string;
}

/**
 * The folder of dataset `name` below `root`, made where it is missing. Links are followed only as long as they stay below
 * the root. Throws CodedError OUTPUT_UNWRITABLE or VALIDATION_FAILED.
 */
export async function openDatasetFolder(root: string, name: string): Promise<DatasetPlace> {
  const base = await makeFolder(root);
  let folder = base;
  // Step by step: a link in the middle must not have folders made behind it before it was looked at.
  for (const segment of name.split('/')) {
    folder = await makeFolder(join(folder, segment));
    if (folder !== base && !folder.startsWith(base + sep))
      throw new CodedError(
        'VALIDATION_FAILED',
        `dataset ${name} leads out of the data root by a symbolic link (to ${folder}): name another one, or replace the link`,
        [{ path: 'spec.dataset', message: 'expected a folder below the data root, found a link out of it' }],
      );
  }
  return { folder, shown: name };
}

/** Makes a folder with everything above it and answers its real path. Throws CodedError OUTPUT_UNWRITABLE. */
export async function makeFolder(path: string): Promise<string> {
  try {
    await mkdir(path, { recursive: true });
    return await realpath(path);
  } catch (error) {
    throw writeProblem(path, error);
  }
}

/**
 * Removes what killed writers left behind: of files and records whose name begins with one of `files`, or of all. Only for
 * who has these files to itself.
 */
export async function removePartials(folder: string, files: readonly string[] = ['']): Promise<number> {
  let removed = 0;
  for (const each of [folder, join(folder, RECORD_FOLDER)]) {
    const names = await readdir(each).catch(() => []);
    const isLeft = (one: string) => one.endsWith(PARTIAL_SUFFIX) && files.some((file) => one.startsWith(file));
    for (const name of names.filter(isLeft)) {
      await rm(join(each, name), { force: true });
      removed++;
    }
  }
  return removed;
}
