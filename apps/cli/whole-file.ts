import { randomUUID } from 'node:crypto';
import { open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { CodedError } from '#libs/contract/problem.js';

const unwritable = (path: string, error: unknown): CodedError =>
  new CodedError(
    'OUTPUT_UNWRITABLE',
    `${path} cannot be written (${error instanceof Error ? error.message : String(error)}); name a file in a folder that you may write to.`,
  );

/** A file that appears under its name only when it is whole. */
export interface WholeFile {
  append(text: string): Promise<void>;
  /** Puts the file in its place, replacing a former one. */
  publish(): Promise<void>;
  /** Removes what was written; harmless after `publish`. */
  discard(): Promise<void>;
}

/** Opens the temporary file beside `path`, so that an unwritable path is known at once. Throws OUTPUT_UNWRITABLE. */
export async function openWhole(path: string): Promise<WholeFile> {
  // Containers that share a folder have the same process ids.
  const temporary = `${path}.${randomUUID()}.partial`;
  const file = await refuseFolder(path)
    .then(() => open(temporary, 'w'))
    .catch((error: unknown) => {
      throw unwritable(path, error);
    });
  return {
    async append(text) {
      await file.appendFile(text).catch((error: unknown) => {
        throw unwritable(path, error);
      });
    },
    async publish() {
      try {
        await file.close();
        await rename(temporary, path);
      } catch (error) {
        throw unwritable(path, error);
      }
    },
    async discard() {
      await file.close().catch(() => undefined);
      await rm(temporary, { force: true });
    },
  };
}

/** A rename onto a folder would fail only at the end, when the run is over. */
async function refuseFolder(path: string): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory()) throw new Error('it is a folder');
  await stat(dirname(path));
}

/** Writes a file whole or not at all. Throws OUTPUT_UNWRITABLE. */
export async function writeWhole(path: string, text: string): Promise<void> {
  const file = await openWhole(path);
  try {
    await file.append(text);
    await file.publish();
  } finally {
    await file.discard();
  }
}
