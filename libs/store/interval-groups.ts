import { setImmediate as nextTurn } from 'node:timers/promises';
import type { IntervalStore, StoredInterval } from './port.js';

export interface IntervalWindow {
  fromMs?: number | undefined;
  toMs?: number | undefined;
  executorId?: string | undefined;
  fromInterval?: number | undefined;
}

/** Snapshots that are read at once: what bounds the memory of an answer, however long the run was. */
const PAGE = 256;

/** All snapshots of one interval, one group after the other, read page by page. */
export async function* intervalGroups(
  intervals: IntervalStore,
  runId: string,
  { fromMs, toMs, executorId, fromInterval = 0 }: IntervalWindow = {},
): AsyncGenerator<StoredInterval[], void, undefined> {
  const window = {
    ...(fromMs === undefined ? {} : { fromMs }),
    ...(toMs === undefined ? {} : { toMs }),
    ...(executorId === undefined ? {} : { executorId }),
  };
  let next = fromInterval;
  let limit = PAGE;
  for (;;) {
    const page = await intervals.read(runId, { ...window, fromInterval: next, limit });
    const groups = groupByInterval(page);
    const isLastPage = page.length < limit;
    // A full page may end in the middle of an interval: its last group is read again with the next page.
    const whole = isLastPage ? groups : groups.slice(0, -1);
    for (const group of whole) {
      // SQLite answers without ever leaving the event loop's turn: without this a long answer would hold up all others.
      await nextTurn();
      yield group;
    }
    if (isLastPage) return;
    const cut = groups.at(-1)?.[0];
    if (whole.length === 0) limit *= 2;
    else limit = PAGE;
    next = cut?.interval ?? next;
  }
}

export function groupByInterval(ordered: readonly StoredInterval[]): StoredInterval[][] {
  const groups: StoredInterval[][] = [];
  for (const snapshot of ordered) {
    const last = groups.at(-1);
    if (last?.[0]?.interval === snapshot.interval) last.push(snapshot);
    else groups.push([snapshot]);
  }
  return groups;
}
