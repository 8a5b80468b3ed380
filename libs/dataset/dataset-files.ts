import { readdir, realpath, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { CodedError } from '#libs/contract/coded-error.js';

export interface DatasetFile {
  /** Absolute, symbolic links resolved. */
  path: string;
  /** Below the dataset's folder. */
  name: string;
}

const COMPRESSED = /\.(gz|zst)$/;

/** `*` and `?` are within a name, `**` is any number of folders. */
export function globPattern(glob: string): RegExp {
  const source = glob
    .replaceAll(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('**/', '\0')
    .replaceAll('**', '\u0001')
    .replaceAll('*', '[^/]*')
    .replaceAll('?', '[^/]')
    .replaceAll('\0', '(?:[^/]+/)*')
    .replaceAll('\u0001', '.*');
  return new RegExp(`^${source}$`);
}

const unreadable = (message: string, cause?: unknown): CodedError =>
  new CodedError('INPUT_UNREADABLE', message, [], { cause });

async function realFolder(path: string, shown: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    throw unreadable(`${shown} is not there: generate it first, or name another (CSV_DIR, dataset)`, error);
  }
}

/**
 * The files of a dataset that match, in the order of their names; a compressed file matches without its last ending too.
 * What begins with a dot is left alone. Links are followed as long as they stay below `root`. Throws CodedError
 * INPUT_UNREADABLE when there is none, or one is no plain file.
 */
export async function datasetFiles(
  { root, folder, shown }: { root: string; folder: string; shown: string },
  glob: string,
): Promise<DatasetFile[]> {
  const base = await realFolder(root, root);
  const place = await realFolder(folder, shown);
  const pattern = globPattern(glob);
  const entries = await readdir(place, { recursive: glob.includes('/') || glob.includes('**') }).catch(
    (error: unknown) => {
      throw unreadable(`${shown} cannot be listed: ${error instanceof Error ? error.message : String(error)}`, error);
    },
  );
  const names = entries
    .map((name) => name.split(sep).join('/'))
    .filter((name) => !/(^|\/)\./.test(name) && (pattern.test(name) || pattern.test(name.replace(COMPRESSED, ''))))
    .toSorted();
  if (names.length === 0) throw unreadable(`No files found matching pattern '${glob}' in ${shown}`);
  const files: DatasetFile[] = [];
  for (const name of names) {
    const path = await realpath(join(place, name)).catch((error: unknown) => {
      throw unreadable(`${shown}/${name} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
    });
    if (base !== sep && !path.startsWith(base + sep))
      throw unreadable(`${shown}/${name} leads out of the data root by a symbolic link: copy the file`);
    if (!(await stat(path)).isFile()) throw unreadable(`${shown}/${name} is no plain file: name others (FILE_GLOB)`);
    files.push({ path, name });
  }
  return files;
}
