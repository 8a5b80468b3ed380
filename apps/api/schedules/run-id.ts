import { createHash } from 'node:crypto';

/**
 * The id of the run of a due time, a UUID of version 8. Whoever makes that run, and however late, finds one that is there
 * already; an Idempotency-Key is forgotten after a day.
 */
export function runIdOf(scheduleId: string, dueAtMs: number): string {
  const hex = createHash('sha256').update(`${scheduleId} ${dueAtMs}`).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), `8${hex.slice(13, 16)}`, `a${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    '-',
  );
}
