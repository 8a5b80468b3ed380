import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/**
 * A full collection takes some milliseconds, and a heap of 20 MB that is left to itself may wait for it half an hour and
 * grow by half meanwhile, since what a thread drops is small and mostly young. What it takes is in the interval's
 * gcPauseMs.
 */
const EVERY_MS = 120_000;

/** Gives this thread's garbage back every two minutes, so that a process that runs for days keeps its size. */
export function tidyHeap(): void {
  // Of the whole process, so it is never taken back: another thread may be between its two lines.
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('globalThis.gc');
  if (typeof collect === 'function') setInterval(() => void collect(), EVERY_MS).unref();
}
