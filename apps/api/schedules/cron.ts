import { CronTime } from 'cron';
import type { Issue } from '#libs/contract/problem.js';

/** When a schedule falls due. */
export interface Due {
  /** The first due time after an instant, both epoch milliseconds; null when there is none within eight years. */
  after(atMs: number): number | null;
}

const isZone = (timeZone: string): boolean => {
  try {
    return new Intl.DateTimeFormat('en', { timeZone }).format(0) !== '';
  } catch {
    return false;
  }
};

/**
 * Reads a cron expression in a time zone. A due time that the clocks skip in spring falls due when they have been put
 * forward; one that comes twice in autumn falls due the first time.
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
  const time = new CronTime(cron, timeZone);
  const after = (atMs: number): number | null => {
    try {
      return time.getNextDateFrom(new Date(atMs), timeZone).toMillis();
    } catch {
      return null;
    }
  };
  return { due: { after }, issues };
}

/** The next due times after an instant, at most `count`. */
export function nextDues(due: Due, afterMs: number, count: number): number[] {
  const times: number[] = [];
  for (let at = due.after(afterMs); at !== null && times.length < count; at = due.after(at)) times.push(at);
  return times;
}
