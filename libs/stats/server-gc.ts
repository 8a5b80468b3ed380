import type { ServerGc } from '#libs/contract/interval.js';

/** What several intervals or executors saw of the nodes' garbage collection; undefined when nobody looked. */
export function mergeServerGc(all: readonly (ServerGc | undefined)[]): ServerGc | undefined {
  const present = all.filter((one) => one !== undefined);
  if (present.length <= 1) return present[0];
  return present.reduce((sum, one) => ({
    collections: sum.collections + one.collections,
    maxMs: Math.max(sum.maxMs, one.maxMs),
    sumMs: sum.sumMs + one.sumMs,
    sumSquaresMs: sum.sumSquaresMs + one.sumSquaresMs,
    bytes: sum.bytes + one.bytes,
  }));
}

/** Standard deviation of the pauses, milliseconds: sqrt(E[x^2] - E[x]^2). */
export function gcDeviationMs(gc: ServerGc | undefined): number {
  if (gc === undefined || gc.collections === 0) return 0;
  const mean = gc.sumMs / gc.collections;
  return Math.sqrt(Math.max(0, gc.sumSquaresMs / gc.collections - mean * mean));
}
