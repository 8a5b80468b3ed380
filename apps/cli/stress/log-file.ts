import { open } from 'node:fs/promises';
import { CodedError } from '#libs/contract/problem.js';

const unwritable = (path: string, error: unknown): CodedError =>
  new CodedError(
    'OUTPUT_UNWRITABLE',
    `-log file: ${path} cannot be written (${error instanceof Error ? error.message : String(error)}); name a file in a folder that you may write to.`,
  );

/** The text of a run in a file, line by line while it runs, so that it can be followed. */
export interface LogFile {
  line(text: string): void;
  /** Waits for what is still to be written. Throws OUTPUT_UNWRITABLE for whatever went wrong since it was opened. */
  close(): Promise<void>;
}

/** Opens the file at once, replacing a former one; `failed` hears of the first line that could not be written. */
export async function openLogFile(path: string, failed: (error: unknown) => void): Promise<LogFile> {
  const file = await open(path, 'w').catch((error: unknown) => {
    throw unwritable(path, error);
  });
  let failure: unknown;
  let waiting: string[] = [];
  // One write for all lines of a turn; the load never waits for the disk.
  let written = Promise.resolve();
  const flush = async () => {
    const lines = waiting;
    waiting = [];
    if (lines.length === 0 || failure !== undefined) return;
    await file.appendFile(`${lines.join('\n')}\n`).catch((error: unknown) => {
      failure = error;
      failed(error);
    });
  };
  return {
    line(text) {
      waiting.push(text);
      if (waiting.length === 1) written = written.then(flush);
    },
    async close() {
      await written.then(flush);
      await file.close().catch((error: unknown) => (failure ??= error));
      if (failure !== undefined) throw unwritable(path, failure);
    },
  };
}
