import { realpath } from 'node:fs/promises';
import { join, resolve, sep } from 'node:path';
import { CodedError } from '#libs/contract/problem.js';
import type { DatasetLocation } from '#libs/contract/dataset.js';
import { makeFolder } from '#libs/dataset/dataset-folder.js';

/** The data root, made where it is missing; real. Throws CodedError OUTPUT_UNWRITABLE. */
export const dataRootOf = (dataDir: string): Promise<string> => makeFolder(resolve(dataDir));

/** The real folder below the data root; undefined where there is none or it leads out. */
export async function realFolder(dataRoot: string, folder: string): Promise<string | undefined> {
  const real = await realpath(join(dataRoot, folder)).catch(() => undefined);
  return real === dataRoot || real?.startsWith(dataRoot + sep) ? real : undefined;
}

/** The folder of a dataset that lies on disk. Throws CodedError CONFLICT when it is not there. */
export async function folderOf(dataRoot: string, id: string, location: DatasetLocation): Promise<string> {
  const folder = location.type === 'folder' ? await realFolder(dataRoot, location.folder) : undefined;
  if (folder !== undefined) return folder;
  const where = location.type === 'folder' ? `the folder ${location.folder}` : 'a folder';
  throw new CodedError(
    'CONFLICT',
    `Dataset ${id} has no files here: there is not ${where} below the data root of the API; do all processes share TIDEMARK_DATA_DIR?`,
  );
}
