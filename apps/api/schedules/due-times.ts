import type { NewFire, StoredSchedule } from '#libs/store/platform/port.js';
import type { Due } from './cron.js';

/** Missed due times that are written down one by one; of more, the last ones. */
const KEPT_MISSED = 100;
/** A schedule of every second that nobody looked at for long is not gone through second by second. */
const LOOKED_THROUGH = 1_000;

/** Due times up to now, and the first one after them. */
function upTo(firstMs: number, nowMs: number, due: Due): { dues: number[]; next: number | null; more: boolean } {
  const dues: number[] = [];
  let at: number | null = firstMs;
  while (at !== null && at <= nowMs) {
    if (dues.length === LOOKED_THROUGH) return { dues, next: due.after(nowMs), more: true };
    dues.push(at);
    at = due.after(at);
  }
  return { dues, next: at, more: false };
}

/**
 * What becomes of a schedule's due times up to now. One that was seen within `lateAfterMs` is fired. Older ones were missed,
 * for no API was up; by `run-once-late` the last of them is fired late, unless one is fired in time with it.
 */
export function decide(
  { nextDueAtMs, lateAfterMs, missed }: Pick<StoredSchedule, 'nextDueAtMs' | 'lateAfterMs' | 'missed'>,
  nowMs: number,
  due: Due,
): { fires: NewFire[]; nextDueAtMs: number | null } {
  if (nextDueAtMs === null || nextDueAtMs > nowMs) return { fires: [], nextDueAtMs };
  const { dues, next, more } = upTo(nextDueAtMs, nowMs, due);
  const late = dues.filter((at) => nowMs - at > lateAfterMs);
  const inTime = more ? [] : dues.slice(late.length);
  const madeUp = missed === 'run-once-late' && inTime.length === 0 ? late.at(-1) : undefined;
  const why = `nobody was there to start it within ${lateAfterMs} ms`;
  const reason = missed === 'skip' ? `${why}; the schedule skips what it missed` : `${why}; one run makes up for all`;
  const fires: NewFire[] = [
    ...late
      .filter((at) => at !== madeUp)
      .slice(-KEPT_MISSED)
      .map((dueAtMs) => ({ dueAtMs, state: 'missed' as const, reason, atMs: nowMs })),
    ...[...(madeUp === undefined ? [] : [madeUp]), ...inTime].map((dueAtMs) => ({
      dueAtMs,
      state: 'firing' as const,
      reason: 'its run is being made',
      atMs: nowMs,
    })),
  ];
  return { fires, nextDueAtMs: next };
}
