import { z } from 'zod';
import { ConsistencyLevel } from './consistency-level.schema.js';

const Share = z.number().min(0).max(1).default(0);
const Name = z
  .string()
  .regex(
    /^[A-Za-z][A-Za-z0-9_]{0,47}$/,
    'expected a name of letters, digits and underscores, at most 48, starting with a letter',
  );

/** What is YCSB's own in a stress run: a core workload, with the names and defaults of its properties. */
export const YcsbSpec = z
  .strictObject({
    phase: z
      .enum(['load', 'run'])
      .default('run')
      .describe('Load inserts the rows, run draws operations by their shares'),
    table: Name.default('usertable'),
    shares: z
      .strictObject({ read: Share, update: Share, insert: Share, scan: Share, readModifyWrite: Share })
      .refine(
        (shares) => Math.abs(Object.values(shares).reduce((sum, share) => sum + share, 0) - 1) < 1e-9,
        'expected shares that sum up to 1',
      ),
    requestDistribution: z
      .enum(['zipfian', 'latest', 'uniform', 'hotspot', 'exponential', 'sequential'])
      .describe('Of the keys; latest: the last one inserted is the most frequent'),
    hotspot: z
      .strictObject({
        dataFraction: z.number().gt(0).lt(1).default(0.2),
        operationFraction: z.number().min(0).max(1).default(0.8),
      })
      .prefault({})
      .describe('Only for hotspot: which share of the operations goes to which share of the rows'),
    recordCount: z.int().min(1).max(1e10).default(1_000).describe('Rows that are loaded before, or by a load'),
    insertStart: z.int().min(0).max(1e10).default(0).describe('Number of the first row'),
    operationCount: z.int().min(0).max(1e12).default(1_000).describe('At most; 0: the run ends by time alone'),
    fieldCount: z.int().min(1).max(1_000).default(10),
    fieldNamePrefix: Name.default('field'),
    fieldLengthBytes: z.int().min(1).max(0x100_0000).default(100),
    fieldLengths: z.enum(['constant', 'uniform']).default('constant').describe('Uniform: from 1 to fieldLengthBytes'),
    readAllFields: z.boolean().default(true),
    writeAllFields: z.boolean().default(false).describe('False: an update writes one field'),
    scanLength: z
      .strictObject({ min: z.int().min(1).default(1), max: z.int().min(1).max(100_000).default(1_000) })
      .refine(({ min, max }) => min <= max, 'expected min no greater than max')
      .prefault({})
      .describe('Rows of a scan, each length as likely'),
    insertOrder: z.enum(['hashed', 'ordered']).default('hashed').describe('Hashed: a key is the hash of its number'),
    zeroPadding: z.int().min(1).max(100).default(1).describe('Least digits of a key'),
    dataIntegrity: z
      .boolean()
      .default(false)
      .describe('Values follow from key and field, and what is read is compared with them'),
    readConsistencyLevel: ConsistencyLevel.optional().describe("Of reads and scans; the run's own where absent"),
  })
  .meta({ id: 'YcsbSpec' });
export type YcsbSpec = z.infer<typeof YcsbSpec>;
