import type { IntervalSnapshot } from '#libs/contract/interval.js';
import { hdrLogHeader, hdrLogLines } from '#libs/stats/hdr-log.js';
import { openWhole } from '../whole-file.js';

/** The HDR log of a run under way; it takes its name when it is closed, so that a reader never sees half of one. */
export interface HdrFile {
  add(snapshot: IntervalSnapshot): void;
  /** Puts the file in its place. Throws OUTPUT_UNWRITABLE for whatever went wrong since it was opened. */
  publish(): Promise<void>;
  discard(): Promise<void>;
}

/** Opens the log at once, so that an unwritable path is refused before the run. Throws OUTPUT_UNWRITABLE. */
export async function openHdrFile(path: string, failed: (error: unknown) => void): Promise<HdrFile> {
  const file = await openWhole(path);
  let startMs: number | undefined;
  let failure: unknown;
  // Appends follow one another, and the load never waits for the disk.
  let written = Promise.resolve();
  const append = (lines: readonly string[]) => {
    if (lines.length === 0) return;
    written = written
      .then(() => file.append(`${lines.join('\n')}\n`))
      .catch((error: unknown) => {
        failure ??= error;
        failed(error);
      });
  };
  return {
    add(snapshot) {
      if (startMs === undefined) {
        startMs = snapshot.startMs;
        append(hdrLogHeader(startMs));
      }
      append(hdrLogLines(snapshot, startMs));
    },
    async publish() {
      await written;
      if (failure !== undefined) throw failure;
      await file.publish();
    },
    async discard() {
      await written;
      await file.discard();
    },
  };
}
