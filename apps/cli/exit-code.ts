import type { Run } from '#libs/contract/run.js';

/** What the program tells its caller; docs/ci.md says the same. */
export const EXIT = { ok: 0, failed: 1, usage: 2, missed: 3, invalid: 4, interrupted: 130 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/**
 * 0 only for a run that was carried out, met its thresholds and can be believed; a degraded one still counts. Whether a
 * measurement that cannot be believed met its thresholds says nothing.
 */
export function exitCodeOf({ status, verdict, validity }: Pick<Run, 'status' | 'verdict' | 'validity'>): ExitCode {
  if (status !== 'completed') return EXIT.failed;
  if (validity?.level === 'invalid') return EXIT.invalid;
  return verdict === 'failed' ? EXIT.missed : EXIT.ok;
}
