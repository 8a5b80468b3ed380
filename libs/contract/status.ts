import { z } from 'zod';

/** What becomes of a run. `completed` means that the plan was carried out; pass or fail is the verdict. */
export const RunStatus = z
  .enum(['queued', 'preparing', 'ready', 'running', 'finishing', 'completed', 'failed', 'cancelled', 'interrupted'])
  .meta({ id: 'RunStatus' });
export type RunStatus = z.infer<typeof RunStatus>;

/** Legal transitions; an empty list marks an end state. */
export const TRANSITIONS = {
  queued: ['preparing', 'failed', 'cancelled', 'interrupted'],
  preparing: ['ready', 'failed', 'cancelled', 'interrupted'],
  ready: ['running', 'failed', 'cancelled', 'interrupted'],
  running: ['finishing', 'failed', 'cancelled', 'interrupted'],
  finishing: ['completed', 'failed', 'cancelled', 'interrupted'],
  completed: [],
  failed: [],
  cancelled: [],
  interrupted: [],
} as const satisfies Record<RunStatus, readonly RunStatus[]>;

export const isEnded = (status: RunStatus): boolean => TRANSITIONS[status].length === 0;

export const mayBecome = (from: RunStatus, to: RunStatus): boolean =>
  (TRANSITIONS[from] as readonly RunStatus[]).includes(to);

/** One line of a run's history. `actor` is `api`, `executor:<id>`, `user:<name>` or `watchdog`. */
export const StatusChange = z
  .object({
    atMs: z.int().describe('Epoch milliseconds'),
    from: RunStatus.nullable(),
    to: RunStatus,
    actor: z.string(),
    reason: z.string(),
  })
  .meta({ id: 'StatusChange' });
export type StatusChange = z.infer<typeof StatusChange>;

export const Verdict = z.enum(['passed', 'failed', 'none']).meta({ id: 'Verdict' });
export type Verdict = z.infer<typeof Verdict>;

/** Whether the measurement can be believed, and every reason why not. */
export const Validity = z
  .object({
    level: z.enum(['valid', 'degraded', 'invalid']),
    reasons: z.array(z.object({ code: z.string(), level: z.enum(['degraded', 'invalid']), message: z.string() })),
  })
  .meta({ id: 'Validity' });
export type Validity = z.infer<typeof Validity>;
