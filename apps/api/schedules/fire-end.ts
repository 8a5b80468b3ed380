import { CodedError, PROBLEM_STATUS } from '#libs/contract/problem.js';
import type { Fire } from '#libs/contract/schedule.js';
import type { FireEnd, StoredSchedule, TakenFire } from '#libs/store/platform/port.js';
import { isUnresolved } from '../runs/target-guard.js';

/** How long a replica may take to make a run before another one makes it, and the time between two tries. */
export const LEASE_MS = 30_000;

type Policy = Pick<StoredSchedule, 'lateAfterMs' | 'missed'>;

/** The end of a due time whose run was made at `atMs`. */
export function startedEnd({ lateAfterMs }: Policy, dueAtMs: number, atMs: number, runId: string): FireEnd {
  const lateMs = atMs - dueAtMs;
  return lateMs > lateAfterMs
    ? { state: 'late', runId, reason: `${lateMs} ms after it was due` }
    : { state: 'fired', runId, reason: 'in time' };
}

/**
 * The end of a due time that nobody has started in time and that is not made up for; null when its run is to be made now.
 * `newest` is what became of the schedule's last due time so far.
 */
export function missedEnd(
  { lateAfterMs, missed }: Policy,
  dueAtMs: number,
  nowMs: number,
  newest: Pick<Fire, 'dueAtMs' | 'state'> | undefined,
): FireEnd | null {
  if (nowMs - dueAtMs <= lateAfterMs) return null;
  const why = `its run was not made within ${lateAfterMs} ms`;
  const end = { state: 'missed' as const, runId: null };
  if (missed === 'skip') return { ...end, reason: `${why}; the schedule skips what it missed` };
  const isMadeUp = newest !== undefined && newest.dueAtMs > dueAtMs && newest.state !== 'missed';
  return isMadeUp ? { ...end, reason: `${why}; one run makes up for all` } : null;
}

/** The end of a due time whose run could not be made; null when it is tried once more. */
export function failedEnd(
  { lateAfterMs, missed }: Policy,
  { dueAtMs, atMs }: Pick<TakenFire, 'dueAtMs' | 'atMs'>,
  nowMs: number,
  error: unknown,
): FireEnd | null {
  const isLast =
    missed === 'skip' ? nowMs + LEASE_MS - dueAtMs > lateAfterMs : nowMs - atMs > Math.max(lateAfterMs, LEASE_MS);
  if (mayPass(error) && !isLast) return null;
  return { state: 'failed', runId: null, reason: error instanceof Error ? error.message : String(error) };
}

/** Whether the same may work a little later: a queue that was full, a database or a name server that was away. */
function mayPass(error: unknown): boolean {
  if (!(error instanceof CodedError)) return true;
  if (error.code === 'VALIDATION_FAILED') return error.issues.length > 0 && error.issues.every(isUnresolved);
  return [429, 503].includes(PROBLEM_STATUS[error.code]);
}
