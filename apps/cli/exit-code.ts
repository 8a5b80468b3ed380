import type { Run } from '#libs/contract/run.js';

/** What the program tells its caller. */
export const EXIT = { ok: 0, failed: 1, usage: 2, interrupted: 130 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** 0 only for a run that was carried out, met its thresholds and can be believed; a degraded one still counts. */
export const exitCodeOf = (run: Pick<Run, 'status' | 'verdict' | 'validity'>): ExitCode =>
  run.status === 'completed' && run.verdict !== 'failed' && run.validity?.level !== 'invalid' ? EXIT.ok : EXIT.failed;
