import { z } from 'zod';
import { ConsistencyLevel } from './consistency-level.schema.js';

const Share = z.number().min(0).max(1).default(0);
const Name = z
  .string()
  .regex(
    /^[a-z][a-z0-9_]{0,47}$/,
    'expected a name of small letters, digits and underscores, at most 48, starting with a letter',
  );

/** What is YCSB's own in a stress run: a core workload, with the names and defaults of its properties. */
export const YcsbSpec = z
  .strictObject({
    phase: z
      .enum(['load', 'run'])
      .default('run')
      .describe('Load inserts the rows, run draws operations by their shares'),
    workload: z
      .enum(['A', 'B', 'C', 'D', 'E', 'F'])
      .optional()
      .describe(
        'A core workload: shares, requestDistribution and scanLength where they are not given. Without one: 95 % reads and 5 % updates, uniform, scans of 1 to 1000 rows',
      ),
    shares: z
      .strictObject({ read: Share, update: Share, insert: Share, scan: Share, readModifyWrite: Share })
      .refine(
        (shares) => Math.abs(Object.values(shares).reduce((sum, share) => sum + share, 0) - 1) < 1e-9,
        'expected shares that sum up to 1',
      )
      .optional(),
    requestDistribution: z
      .enum(['zipfian', 'latest', 'uniform'])
      .optional()
      .describe('Of the keys; latest: the last one inserted is the most frequent'),
    scanLength: z
      .strictObject({ min: z.int().min(1).default(1), max: z.int().min(1).max(10_000).default(1_000) })
      .refine(({ min, max }) => min <= max, 'expected min no greater than max')
      .optional()
      .describe('Rows of a scan, each length as likely'),
    table: Name.default('usertable'),
    recordCount: z
      .int()
      .min(1)
      .max(1e10)
      .default(1_000)
      .describe('Rows when the run begins; new ones are numbered from it'),
    insertStart: z.int().min(0).max(1e10).default(0).describe('Number of the first row'),
    insertCount: z
      .int()
      .min(1)
      .max(1e10)
      .optional()
      .describe('Rows that a load inserts, and that a run takes; default: up to recordCount'),
    operationCount: z.int().min(1).max(1e12).optional().describe('At most, beside an end by time'),
    fieldCount: z.int().min(1).max(1_000).default(10),
    fieldNamePrefix: Name.default('field'),
    fieldLengthBytes: z.int().min(1).max(0x100_0000).default(100),
    fieldLengths: z
      .enum(['constant', 'uniform'])
      .default('constant')
      .describe('Uniform: from minFieldLengthBytes to fieldLengthBytes'),
    minFieldLengthBytes: z.int().min(1).max(0x100_0000).default(1),
    readAllFields: z.boolean().default(true).describe('False: reads and scans name one field'),
    writeAllFields: z.boolean().default(false).describe('False: an update writes one field'),
    insertOrder: z.enum(['hashed', 'ordered']).default('hashed').describe('Hashed: a key is the hash of its number'),
    zeroPadding: z.int().min(1).max(100).default(1).describe('Least digits of a key'),
    dataIntegrity: z
      .boolean()
      .default(false)
      .describe('Values follow from key and field, and what is read is compared with them'),
    readConsistencyLevel: ConsistencyLevel.optional().describe("Of reads and scans; the run's own where absent"),
    retryDelayMs: z
      .int()
      .min(0)
      .max(86_400_000)
      .default(3_000)
      .describe("Before a retry; YCSB's loads retry, its runs do not"),
  })
  .meta({ id: 'YcsbSpec' });
export type YcsbSpec = z.infer<typeof YcsbSpec>;
