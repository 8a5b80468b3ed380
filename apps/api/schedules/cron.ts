import { CronTime } from 'cron';
import type { Issue } from '#libs/contract/problem.js';
import { changeBetween, type OffsetMs, offsetOf } from './wall-clock.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const HOURS = Array.from({ length: 24 }, (_, hour) => hour);

/** When a schedule falls due. */
export interface Due {
  /** The first due time after an instant, both epoch milliseconds; null when there is none within eight years. */
  after(atMs: number): number | null;
}

/** What clocks show, as the epoch milliseconds at which those of UTC show it: the first one after another that matches. */
type NextWall = (wallMs: number) => number | null;

const isZone = (timeZone: string): boolean => {
  try {
    return new Intl.DateTimeFormat('en', { timeZone }).format(0) !== '';
  } catch {
    return false;
  }
};

/**
 * Reads a cron expression in a time zone. A due time that the clocks skip in spring falls due when they have been put
 * forward; one that comes twice in autumn falls due the first time, and both times when every hour has one.
 */
export function parseCron(cron: string, timeZone: string): { due: Due | null; issues: Issue[] } {
  const issues: Issue[] = [];
  if (!isZone(timeZone))
    issues.push({
      path: 'timeZone',
      message: `expected an IANA time zone such as Europe/Berlin, found ${JSON.stringify(timeZone)}`,
    });
  const { valid, error } = CronTime.validateCronExpression(cron);
  if (!valid)
    issues.push({
      path: 'cron',
      message: `expected five or six fields such as "30 2 * * *", found ${JSON.stringify(cron)} (${error?.message ?? 'unreadable'})`,
    });
  if (issues.length > 0) return { due: null, issues };
  const time = new CronTime(cron, 'UTC');
  const next: NextWall = (wallMs) => {
    try {
      return time.getNextDateFrom(new Date(wallMs), 'UTC').toMillis();
    } catch {
      return null;
    }
  };
  const offset = offsetOf(timeZone);
  return { due: { after: (atMs) => dueAfter(atMs, next, offset) }, issues };
}

/**
 * Looks for due times by what the clocks show. The library does so too, but is an hour off where it is asked from within
 * an hour that comes twice, and where January has summer time. Clocks are taken to change once in two days at most.
 */
function dueAfter(atMs: number, next: NextWall, offset: OffsetMs): number | null {
  let fromMs = atMs;
  let offsetMs = offset(fromMs);
  for (;;) {
    const wallMs = next(fromMs + offsetMs);
    if (wallMs === null) return null;
    const foundMs = wallMs - offsetMs;
    if (foundMs - fromMs > 2 * DAY_MS) {
      // Nothing matches in between, whatever the clocks did there.
      fromMs = foundMs - DAY_MS;
      offsetMs = offset(fromMs);
    } else if (offset(foundMs) === offsetMs) {
      if (!wasShownBefore(foundMs, offsetMs, offset) || isInEveryHour(wallMs, next)) return foundMs;
      fromMs = foundMs;
    } else {
      const changeMs = changeBetween(fromMs, foundMs, offsetMs, offset);
      const changed = offset(changeMs);
      if (wallMs < changeMs + changed) return changeMs;
      // The moment of the change may be due itself.
      fromMs = changeMs - 1;
      offsetMs = changed;
    }
  }
}

/** Whether the clocks showed the same before they were put back. */
function wasShownBefore(atMs: number, offsetMs: number, offset: OffsetMs): boolean {
  const former = offset(atMs - DAY_MS);
  return former > offsetMs && offset(atMs + offsetMs - former) === former;
}

/** Whether something is due in each hour of the day, by the clocks. */
function isInEveryHour(wallMs: number, next: NextWall): boolean {
  const dayMs = Math.floor(wallMs / DAY_MS) * DAY_MS;
  return HOURS.every((hour) => {
    const startMs = dayMs + hour * HOUR_MS;
    return (next(startMs - 1) ?? Infinity) < startMs + HOUR_MS;
  });
}

/** The next due times after an instant, at most `count`. */
export function nextDues(due: Due, afterMs: number, count: number): number[] {
  const times: number[] = [];
  for (let at = due.after(afterMs); at !== null && times.length < count; at = due.after(at)) times.push(at);
  return times;
}
