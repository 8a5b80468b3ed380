import { z } from 'zod';

const Share = z.number().min(0).max(1).default(0);

/** A YCSB core workload, with the names and defaults of its properties. */
export const YcsbSpec = z
  .strictObject({
    shares: z
      .strictObject({ read: Share, update: Share, insert: Share, scan: Share, readModifyWrite: Share })
      .refine(
        (shares) => Math.abs(Object.values(shares).reduce((sum, share) => sum + share, 0) - 1) < 1e-9,
        'expected shares that sum up to 1',
      ),
    requestDistribution: z
      .enum(['zipfian', 'latest', 'uniform'])
      .describe('Of the keys; latest: the last one inserted is the most frequent'),
    recordCount: z.int().min(1).max(1e10).default(1_000).describe('Rows that are loaded before'),
    operationCount: z.int().min(1).max(1e12).default(1_000),
    fieldCount: z.int().min(1).max(1_000).default(10),
    fieldLengthBytes: z.int().min(0).max(0x100_0000).default(100),
    readAllFields: z.boolean().default(true),
    writeAllFields: z.boolean().default(false).describe('False: an update writes one field'),
    scanLength: z
      .strictObject({ min: z.int().min(1).default(1), max: z.int().min(1).max(100_000).default(1_000) })
      .refine(({ min, max }) => min <= max, 'expected min no greater than max')
      .prefault({})
      .describe('Rows of a scan, each length as likely'),
    insertOrder: z.enum(['hashed', 'ordered']).default('hashed').describe('Hashed: a key is the hash of its number'),
    seed: z.int().min(0).default(1).describe('Of the random choices: operations, keys, lengths'),
  })
  .meta({ id: 'YcsbSpec' });
export type YcsbSpec = z.infer<typeof YcsbSpec>;
