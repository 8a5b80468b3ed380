import type { Replication } from '#libs/contract/interval.js';

const VERIFIED = ['timed', 'superseded', 'unknown', 'unverified', 'lost'] as const;

/** What several executors have verified; of several intervals the depth of the queue is the deepest. Undefined for none. */
export function mergeReplication(
  all: readonly (Replication | undefined)[],
  depthOf: (depths: readonly number[]) => number,
): Replication | undefined {
  const present = all.filter((replication) => replication !== undefined);
  if (present.length === 0) return undefined;
  const verified: Replication['verified'] = { timed: 0, superseded: 0, unknown: 0, unverified: 0, lost: 0 };
  const sinkErrors: Record<string, number> = {};
  for (const one of present) {
    for (const name of VERIFIED) verified[name] += one.verified[name];
    for (const [name, count] of Object.entries(one.sinkErrors)) sinkErrors[name] = (sinkErrors[name] ?? 0) + count;
  }
  return { queueDepth: depthOf(present.map(({ queueDepth }) => queueDepth)), verified, sinkErrors };
}
