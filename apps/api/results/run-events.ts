import type { RunEvent } from '#libs/contract/event.js';
import { isEnded } from '#libs/contract/status.js';
import type { IntervalStats } from '#libs/contract/interval.js';
import type { Store, StoredInterval, StoredRun } from '#libs/store/port.js';
import { type EventPosition, formatPosition } from './event-position.js';
import { intervalGroups } from '#libs/store/interval-groups.js';

export interface SentEvent {
  id: string;
  event: RunEvent;
}

const LOG_PAGE = 200;

/** What one look at the store answers: the events since, and whether there will be no more. */
export interface Look {
  position: EventPosition;
  ended: boolean;
}

/**
 * The events after `position` that are known now, in order: status changes, whole intervals merged over executors, log
 * lines; the end of the run comes last. The status is read first: what an ended run has measured was stored before.
 */
export async function* eventsSince(
  store: Store,
  run: StoredRun,
  position: EventPosition,
  rowsOf: (group: readonly StoredInterval[]) => readonly IntervalStats[],
): AsyncGenerator<SentEvent, Look, undefined> {
  const ended = isEnded(run.status);
  let at = position;
  const sent = (next: EventPosition, event: RunEvent): SentEvent => {
    at = next;
    return { id: formatPosition(next), event };
  };
  const changes = ended ? run.statusHistory.slice(0, -1) : run.statusHistory;
  for (const data of changes.slice(at.statuses))
    yield sent({ ...at, statuses: at.statuses + 1 }, { type: 'status', data });

  const lastWhole = ended ? Number.POSITIVE_INFINITY : await store.intervals.completeUpTo(run.id);
  if (lastWhole >= at.interval)
    for await (const group of intervalGroups(store.intervals, run.id, { fromInterval: at.interval })) {
      const interval = group[0]?.interval ?? at.interval;
      if (interval > lastWhole) break;
      const rows = rowsOf(group);
      const skipped = interval === at.interval ? at.rows : 0;
      for (const [index, data] of rows.entries()) {
        if (index < skipped) continue;
        const isLast = index === rows.length - 1;
        const next = isLast ? { interval: interval + 1, rows: 0 } : { interval, rows: index + 1 };
        yield sent({ ...at, ...next }, { type: 'interval', data });
      }
    }

  for (;;) {
    const lines = await store.log.read(run.id, at.logId, LOG_PAGE);
    for (const data of lines) yield sent({ ...at, logId: data.id }, { type: 'log', data });
    if (lines.length < LOG_PAGE) break;
  }

  const end = run.statusHistory.at(-1);
  if (ended && end !== undefined && at.statuses < run.statusHistory.length)
    yield sent({ ...at, statuses: run.statusHistory.length }, { type: 'status', data: end });
  return { position: at, ended };
}
