import { z } from 'zod';

/** The query of a list that has no filter of its own. */
export const PageQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().min(1).max(1024).optional().describe('nextCursor of the page before'),
});
export type PageQuery = z.infer<typeof PageQuery>;

/** One id in the path; any text that is none simply names nothing. */
export const PathId = z.object({ id: z.string().min(1).max(64) });
export type PathId = z.infer<typeof PathId>;
