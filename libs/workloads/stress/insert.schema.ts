import { z } from 'zod';
import { ConsistencyLevel } from './consistency-level.schema.js';
import { Distribution, Ratio } from './distribution.schema.js';

/** What `-insert` says: in place of what profiles say. */
export const StressInsert = z
  .strictObject({
    visits: Distribution.optional().describe('In how many operations the rows of a partition are written'),
    revisit: Distribution.optional().describe(
      'Which of the partitions that are begun is gone on with, the latest first; beyond them a new one is begun',
    ),
    partitions: Distribution.optional().describe('Partitions of one operation'),
    consistencyLevel: ConsistencyLevel.optional().describe("Of the inserts, in place of the run's"),
    serialConsistencyLevel: z.enum(['SERIAL', 'LOCAL_SERIAL']).optional().describe('Of conditional inserts'),
    batchType: z.enum(['logged', 'unlogged', 'counter']).optional(),
    select: Ratio.optional().describe('Share of the rows of a visit that is written'),
    rowPopulation: Ratio.optional().describe(
      'Share of the columns that are no key which have a value; the rest are null',
    ),
    unpopulated: z
      .enum(['null', 'unset'])
      .optional()
      .describe('What a column without a value is: null, which leaves a tombstone (default), or not set'),
  })
  .meta({ id: 'StressInsert' });

/** What `-tokenrange` says. */
export const TokenRanges = z
  .strictObject({
    wrap: z.boolean().default(false).describe('Begin again when the whole ring has been read'),
    splitFactor: z.int().min(1).max(100_000).default(1).describe('Parts of each range between two tokens'),
  })
  .meta({ id: 'TokenRanges' });
