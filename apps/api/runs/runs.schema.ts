import { z } from 'zod';
import { Issue } from '#libs/contract/problem.js';
import { Run, ShardView, StoredSpec, WorkloadKind } from '#libs/contract/run.js';
import { Overrides } from '#libs/contract/schedule.js';
import { RunStatus } from '#libs/contract/status.js';
import { Instant } from '../instant.js';

/** Any text that is no UUID simply names no run; only its length is bounded. */
export const RunId = z.object({ id: z.string().min(1).max(64) });
export type RunId = z.infer<typeof RunId>;

export const ListRuns = z.strictObject({
  status: RunStatus.optional(),
  kind: WorkloadKind.optional(),
  scheduleId: z.string().min(1).max(64).optional().describe('Only runs of this schedule'),
  benchmarkId: z.string().min(1).max(64).optional().describe('Only runs of this benchmark'),
  label: z
    .string()
    .min(1)
    .max(321)
    .optional()
    .describe('key:value, or key alone for any value')
    .meta({ examples: ['team:storage'] }),
  from: Instant.optional().describe('Created at or after: ISO 8601 or epoch milliseconds'),
  to: Instant.optional().describe('Created before: ISO 8601 or epoch milliseconds'),
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().min(1).max(1024).optional().describe('nextCursor of the page before'),
});
export type ListRuns = z.infer<typeof ListRuns>;

/** The body of POST /v1/runs/{id}/rerun, which may be absent. */
export const Rerun = z.strictObject({ overrides: Overrides.optional() }).prefault({}).meta({ id: 'Rerun' });
export type Rerun = z.infer<typeof Rerun>;

export const RunPage = z
  .object({ items: z.array(Run).describe('Newest first'), nextCursor: z.string().nullable() })
  .meta({ id: 'RunPage' });
export type RunPage = z.infer<typeof RunPage>;

export const CancelRun = z
  .strictObject({ reason: z.string().min(1).max(500).default('cancelled by request') })
  .prefault({})
  .meta({ id: 'CancelRun' });
export type CancelRun = z.infer<typeof CancelRun>;

/** How much a run will do, as far as its definition says; null where only the run itself can tell. */
export const Estimate = z
  .object({
    operations: z.number().nullable(),
    durationMs: z.number().nullable(),
    rows: z.number().nullable().describe('Different rows written or read at most'),
    bytesPerRow: z.number().nullable().describe('Key and columns, as generated'),
    bytes: z.number().nullable().describe('Of all different rows, before replication and compression'),
  })
  .meta({ id: 'Estimate' });
export type Estimate = z.infer<typeof Estimate>;

export const RunPlan = z
  .object({
    kind: WorkloadKind,
    spec: StoredSpec,
    endpoints: z.array(z.string()).describe('What the run locks: host:port of every contact point, dataset:<name>'),
    executors: z.int(),
    shards: z.array(ShardView.pick({ index: true, lanes: true })),
    estimate: Estimate,
  })
  .meta({ id: 'RunPlan' });
export type RunPlan = z.infer<typeof RunPlan>;

export const Validation = z
  .object({ valid: z.boolean(), errors: z.array(Issue), plan: RunPlan.nullable() })
  .meta({ id: 'Validation' });
export type Validation = z.infer<typeof Validation>;
