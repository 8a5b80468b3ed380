import { isEnded } from '#libs/contract/status.js';
import type { StoredRun } from '#libs/store/port.js';

/** A run that was ended in place of its executor gets its summary a moment later. */
const SUMMARY_WITHIN_MS = 10_000;

/** Whether a run has ended and all that will be known of it is known. */
export const isSettled = ({ status, summary, startAtMs, endedAtMs }: StoredRun, nowMs: number): boolean =>
  isEnded(status) && (summary !== null || startAtMs === null || nowMs - (endedAtMs ?? nowMs) > SUMMARY_WITHIN_MS);

/** Why a run that has ended is no success, in a sentence; null when it is one. */
export function failureOf({ status, summary, problem, statusHistory }: StoredRun): string | null {
  if (status !== 'completed')
    return problem?.detail ?? `${status}: ${statusHistory.at(-1)?.reason ?? 'no reason known'}`;
  const missed = summary?.thresholds.filter(({ passed }) => !passed) ?? [];
  if (summary?.verdict !== 'failed') return null;
  return missed
    .map(
      ({ threshold: { operation, metric, operator, value }, actual }) =>
        `${operation} ${metric} ${operator} ${value} was missed: ${actual ?? 'not measured'}`,
    )
    .join('; ');
}
