import { z } from 'zod';
import { ProjectId } from './api-key.js';

/** The project of runs that nobody gave another. */
export const DEFAULT_PROJECT = 'default';

/** What a project may use at once; absent: no limit. */
export const Quotas = z
  .strictObject({
    concurrentRuns: z.int().min(1).max(100_000).optional().describe('Runs under way at once; more wait'),
    ratePerSecond: z
      .number()
      .positive()
      .max(1e9)
      .optional()
      .describe(
        'Planned rate of all runs under way together; more wait, a run that alone plans more, or plans none, is refused',
      ),
    executors: z
      .int()
      .min(1)
      .max(100_000)
      .optional()
      .describe('Executors at work at once; more wait, a run that alone needs more is refused'),
    queuedRuns: z.int().min(1).max(100_000).optional().describe('Runs that wait at once; one more is refused'),
  })
  .meta({ id: 'Quotas' });
export type Quotas = z.infer<typeof Quotas>;

/** The body of POST /v1/projects. */
export const CreateProject = z
  .strictObject({ id: ProjectId, name: z.string().min(1).max(200), quotas: Quotas.default({}) })
  .meta({ id: 'CreateProject' });
export type CreateProject = z.infer<typeof CreateProject>;

/** The body of PUT /v1/projects/{id}. */
export const ReplaceProject = CreateProject.omit({ id: true }).meta({ id: 'ReplaceProject' });
export type ReplaceProject = z.infer<typeof ReplaceProject>;

export const Project = z
  .object({
    id: z.string(),
    name: z.string(),
    quotas: Quotas,
    version: z.int().describe('Its ETag'),
    createdAtMs: z.int(),
    updatedAtMs: z.int(),
    usage: z
      .object({
        activeRuns: z.int(),
        queuedRuns: z.int(),
        executors: z.int().describe('That active runs need'),
        ratePerSecond: z.number().describe('That active runs plan'),
      })
      .describe('Now'),
  })
  .meta({ id: 'Project' });
export type Project = z.infer<typeof Project>;
