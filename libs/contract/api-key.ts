import { z } from 'zod';

/** What a key may do: a viewer reads, a runner starts and changes, an admin manages keys, projects and the audit log as well. */
export const Role = z.enum(['viewer', 'runner', 'admin']).meta({ id: 'Role' });
export type Role = z.infer<typeof Role>;

/** Name of a project, which is its id as well. */
export const ProjectId = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'expected 1 to 63 lower-case letters, digits and hyphens, no hyphen first');

/** The body of POST /v1/api-keys. */
export const CreateApiKey = z
  .strictObject({
    name: z.string().min(1).max(100),
    role: Role,
    projectId: ProjectId.optional().describe('The only project that the key sees; every project when absent'),
    expiresAtMs: z.int().min(1).optional().describe('Epoch milliseconds; never when absent'),
  })
  .meta({ id: 'CreateApiKey' });
export type CreateApiKey = z.infer<typeof CreateApiKey>;

export const ApiKey = z
  .object({
    id: z.string(),
    name: z.string(),
    role: Role,
    projectId: z.string().nullable().describe('null: every project'),
    createdBy: z.string(),
    createdAtMs: z.int(),
    lastUsedAtMs: z.int().nullable().describe('To the minute'),
    expiresAtMs: z.int().nullable(),
    revokedAtMs: z.int().nullable(),
  })
  .meta({ id: 'ApiKey' });
export type ApiKey = z.infer<typeof ApiKey>;

export const CreatedApiKey = ApiKey.extend({
  key: z.string().nullable().describe('The key itself: shown this once; null when the call is repeated'),
}).meta({ id: 'CreatedApiKey' });
export type CreatedApiKey = z.infer<typeof CreatedApiKey>;
