import { z } from 'zod';

/** Whose intervals a spool file holds; its first record. */
export const SpoolOwner = z.object({
  runId: z.string(),
  shardIndex: z.int(),
  token: z.int().describe('Of the claim under which they were measured'),
  executorId: z.string(),
});
export type SpoolOwner = z.infer<typeof SpoolOwner>;
