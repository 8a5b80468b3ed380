import { z } from 'zod';
import { ScalerReport } from '#libs/scaler/scaler-report.schema.js';
import { ScalerSpec } from '#libs/scaler/scaler.schema.js';
import { ConsistencyLevel } from '#libs/workloads/stress/consistency-level.schema.js';
import { PlainConnection } from '#libs/workloads/stress/stress.schema.js';

const Identifier = z
  .string()
  .regex(
    /^[A-Za-z][A-Za-z0-9_]{0,47}$/,
    'expected a name of letters, digits and underscores, at most 48, starting with a letter',
  );

/** How many copies of each row a keyspace that is made for the run keeps. */
const Replication = z
  .union([
    z.strictObject({
      factor: z.int().min(1).max(100).describe('In the local datacenter, or in the only one that there is'),
    }),
    z.strictObject({
      datacenters: z
        .record(z.string().min(1).max(256), z.int().min(0).max(100))
        .refine((each) => Object.keys(each).length > 0, 'expected at least one datacenter'),
    }),
  ])
  .meta({ id: 'SoakReplication' });

/** What becomes of a batch that the target is too busy for, and of the number in flight. */
const Backpressure = z
  .strictObject({
    increase: z
      .number()
      .positive()
      .max(1000)
      .default(1)
      .describe('Added to the number of batches in flight of each lane when as many have succeeded'),
    decrease: z.number().min(0.05).max(0.99).default(0.5).describe('What a refusal leaves of it'),
    minInFlight: z.int().min(1).max(32_768).default(1).describe('Of each lane, whatever is refused'),
    firstBackoffMs: z.int().min(1).max(600_000).default(10).describe('Doubled at each further try; seeded jitter'),
    longestBackoffMs: z.int().min(1).max(600_000).default(500),
    retries: z
      .int()
      .min(0)
      .max(250)
      .default(60)
      .describe('Of a batch that was refused for the moment; then its rows count as failed'),
  })
  .refine(({ firstBackoffMs, longestBackoffMs }) => firstBackoffMs <= longestBackoffMs, {
    message: 'expected at least firstBackoffMs',
    path: ['longestBackoffMs'],
  })
  .meta({ id: 'SoakBackpressure' });

/** A cluster is written to and read from without end, while a scaler may change its size. */
export const SoakSpec = z
  .strictObject({
    writers: z
      .int()
      .min(1)
      .max(4096)
      .default(4)
      .describe('Sequences of rows that are written, over all executors; each lane needs one at least'),
    batchMin: z.int().min(1).max(10_000).default(10).describe('Rows of an unlogged batch, at least'),
    batchMax: z.int().min(1).max(10_000).default(50),
    batchSizes: z
      .enum(['high', 'uniform'])
      .default('high')
      .describe('high: even from the middle between batchMin and batchMax on; uniform: from batchMin on'),
    batchesInFlight: z.int().min(1).max(32_768).default(128).describe('At most, over all lanes of all executors'),
    batchesPerCycle: z
      .int()
      .min(1)
      .max(1_000_000)
      .default(256)
      .describe('A writer begins so many batches at most before its lane looks at answers and reads again'),
    backpressure: Backpressure.prefault({}),
    readers: z.int().min(0).max(4096).default(4).describe('Paced readers over all executors; 0: nothing is read'),
    readRatePerSecond: z.number().positive().max(1e8).default(1000).describe('Over all readers, when they are due'),
    readArrival: z.enum(['constant', 'poisson']).default('constant'),
    readsInFlight: z
      .int()
      .min(1)
      .max(32_768)
      .default(64)
      .describe('At most, of each reader: what is due beyond waits, and the wait is in its response time'),
    verifyShare: z
      .number()
      .min(0)
      .max(1)
      .default(0.01)
      .describe('Share of the reads that ask for every column and compare it with what was written'),
    failOnMismatch: z
      .boolean()
      .default(true)
      .describe('A run that read a row which is missing or other than written fails, though it goes on to its end'),
    pool: z
      .strictObject({
        keys: z
          .int()
          .min(1)
          .max(50_000_000)
          .default(2_000_000)
          .describe('Written rows that readers draw from, over all lanes; 8 bytes each'),
        keep: z
          .enum(['latest', 'sample'])
          .default('latest')
          .describe('latest: the last ones that were written; sample: a seeded sample of all of them'),
      })
      .prefault({}),
    keyspace: Identifier.default('demo_ks'),
    table: Identifier.default('demo_table'),
    replication: Replication.default({ factor: 3 }).describe('Of the keyspace, where it has to be made'),
    consistencyLevel: ConsistencyLevel.default('LOCAL_QUORUM').describe('Of batches and reads'),
    durationMs: z
      .int()
      .min(100)
      .max(30 * 86_400_000)
      .optional()
      .describe('Until it is cancelled when absent, or until the cycles of the scaler are done'),
    scaler: ScalerSpec.default({ type: 'none' }),
    lanes: z.int().min(1).max(256).default(1).describe('Load threads per executor, one core each'),
    timeoutMs: z.int().min(1).max(600_000).default(10_000).describe('Of one try of a batch or a read'),
    connection: PlainConnection.meta({ id: 'SoakConnection' }).prefault({}),
    log: z
      .strictObject({
        intervalMs: z.int().min(100).max(3_600_000).default(1000),
        progressEveryMs: z.int().min(100).max(3_600_000).default(5_000).describe('Between two lines of progress'),
      })
      .prefault({}),
    seed: z
      .int()
      .min(0)
      .default(1)
      .describe('Of keys, rows, sizes, arrivals and draws: runs with the same seed write the same rows'),
  })
  .refine(({ batchMin, batchMax }) => batchMin <= batchMax, {
    message: 'expected at least batchMin',
    path: ['batchMax'],
  })
  .meta({ id: 'SoakSpec' });
export type SoakSpec = z.infer<typeof SoakSpec>;

/** What a soak run, or one executor's part of it, has done. */
export const SoakReport = z
  .object({
    kind: z.literal('soak'),
    keyspace: z.string(),
    table: z.string(),
    batches: z.int().describe('Acknowledged'),
    rowsWritten: z.int().describe('Of acknowledged batches'),
    failedBatches: z.int().describe('Not acknowledged after all retries; some of their rows may be there'),
    failedRows: z.int(),
    openBatches: z.int().describe('Without an answer when the run ended; their rows may be there'),
    openRows: z.int(),
    batchRetries: z.int(),
    reads: z.int().describe('That found their row'),
    failedReads: z.int().describe('Missing and differing rows among them'),
    verifiedReads: z.int().describe('Whose whole row was compared'),
    missing: z.int(),
    different: z.int(),
    readersWaitedMs: z
      .number()
      .nullable()
      .describe('How long readers waited for the first key, at most; null when none has come'),
    limitLowest: z.number().describe('Batches in flight that backpressure allowed at its lowest, all lanes together'),
    limitDecreases: z.int().describe('Times that a lane was refused and lowered its number in flight'),
    scaler: ScalerReport.optional().describe('Of the whole run, where a scaler was at work'),
  })
  .meta({ id: 'SoakReport' });
export type SoakReport = z.infer<typeof SoakReport>;
