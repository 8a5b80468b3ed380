import { z } from 'zod';
import { CreateRun } from './run.js';

/** What happens at a due time while a run of the schedule has not ended. */
export const Overlap = z.enum(['skip', 'queue', 'cancel-previous']).meta({ id: 'Overlap' });
export type Overlap = z.infer<typeof Overlap>;

/** What happens with due times that went by while no API was up. */
export const MissedPolicy = z.enum(['run-once-late', 'skip']).meta({ id: 'MissedPolicy' });
export type MissedPolicy = z.infer<typeof MissedPolicy>;

/** JSON merge patch (RFC 7386) on the definition of a run. */
export const Overrides = z
  .record(z.string(), z.unknown())
  .describe('JSON merge patch (RFC 7386) on the definition; null takes a field away');
export type Overrides = z.infer<typeof Overrides>;

/** What a schedule starts. */
export const ScheduledWork = z
  .discriminatedUnion('type', [
    z
      .strictObject({
        type: z.literal('benchmark'),
        benchmarkId: z.string().min(1).max(64),
        version: z.int().min(1).optional().describe('The latest at each due time when absent'),
        overrides: Overrides.optional(),
      })
      .meta({ id: 'ScheduledBenchmark' }),
    z.strictObject({ type: z.literal('run'), run: CreateRun }).meta({ id: 'ScheduledRun' }),
  ])
  .meta({ id: 'ScheduledWork' });
export type ScheduledWork = z.infer<typeof ScheduledWork>;

/** The body of POST /v1/schedules and PUT /v1/schedules/{id}. */
export const CreateSchedule = z
  .strictObject({
    name: z.string().min(1).max(200),
    cron: z
      .string()
      .min(1)
      .max(200)
      .describe('Five fields (minute hour day month weekday), or six with seconds first')
      .meta({ examples: ['30 2 * * *'] }),
    timeZone: z
      .string()
      .min(1)
      .max(64)
      .default('UTC')
      .describe('IANA name')
      .meta({ examples: ['Europe/Berlin'] }),
    work: ScheduledWork,
    overlap: Overlap.default('skip'),
    missed: MissedPolicy.default('run-once-late'),
    lateAfterMs: z
      .int()
      .min(1000)
      .max(86_400_000)
      .default(60_000)
      .describe('A due time that nobody has seen for so long is missed'),
    paused: z.boolean().default(false),
  })
  .meta({ id: 'CreateSchedule' });
export type CreateSchedule = z.infer<typeof CreateSchedule>;

/** What became of a due time: `firing` until its run is made; `late` is fired, but after lateAfterMs. */
export const FireState = z.enum(['firing', 'fired', 'late', 'skipped', 'missed', 'failed']).meta({ id: 'FireState' });
export type FireState = z.infer<typeof FireState>;

export const Fire = z
  .object({
    dueAtMs: z.int(),
    state: FireState,
    runId: z.string().nullable(),
    reason: z.string(),
    atMs: z.int().describe('When it was decided'),
  })
  .meta({ id: 'Fire' });
export type Fire = z.infer<typeof Fire>;

export const Schedule = z
  .object({
    id: z.string(),
    projectId: z.string(),
    name: z.string(),
    cron: z.string(),
    timeZone: z.string(),
    work: z.discriminatedUnion('type', [
      z.object({
        type: z.literal('benchmark'),
        benchmarkId: z.string(),
        version: z.int().nullable(),
        overrides: z.unknown(),
      }),
      z.object({ type: z.literal('run'), run: z.unknown().describe('The definition, without secrets') }),
    ]),
    overlap: Overlap,
    missed: MissedPolicy,
    lateAfterMs: z.int(),
    paused: z.boolean(),
    nextFires: z.array(z.int()).describe('The next five due times, epoch milliseconds; empty while paused'),
    lastFires: z.array(Fire).describe('The last five, newest first'),
    createdBy: z.string(),
    version: z.int().describe('Its ETag'),
    createdAtMs: z.int(),
    updatedAtMs: z.int(),
  })
  .meta({ id: 'Schedule' });
export type Schedule = z.infer<typeof Schedule>;
