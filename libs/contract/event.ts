import { z } from 'zod';
import { IntervalStats } from './interval.js';
import { StatusChange } from './status.js';

export const LogLine = z
  .object({
    id: z.int(),
    atMs: z.int(),
    level: z.enum(['info', 'warn', 'error']),
    source: z.string().describe('api, or executor:<id>'),
    message: z.string(),
  })
  .meta({ id: 'LogLine' });
export type LogLine = z.infer<typeof LogLine>;

/** What /v1/runs/{id}/events sends. The SSE `id` is a position that Last-Event-ID resumes from. */
export const RunEvent = z
  .discriminatedUnion('type', [
    z.object({ type: z.literal('status'), data: StatusChange }),
    z.object({ type: z.literal('interval'), data: IntervalStats }),
    z.object({ type: z.literal('log'), data: LogLine }),
  ])
  .meta({ id: 'RunEvent' });
export type RunEvent = z.infer<typeof RunEvent>;
