import { z } from 'zod';

/** One call that changed, or tried to change, something. */
export const AuditEntry = z
  .object({
    id: z.int(),
    atMs: z.int(),
    actor: z
      .string()
      .describe('key:<name> of an API key, admin for TIDEMARK_API_KEY, api where no key is needed, none'),
    keyId: z.string().nullable(),
    projectId: z.string().nullable(),
    method: z.string(),
    route: z.string().describe('Pattern of the path'),
    path: z.string(),
    status: z.int().describe('Of the answer'),
    answered: z
      .boolean()
      .describe('False: the caller hung up before the answer; the status is what it would have been told'),
    location: z.string().nullable().describe('Of what was made'),
    correlationId: z.string(),
  })
  .meta({ id: 'AuditEntry' });
export type AuditEntry = z.infer<typeof AuditEntry>;
