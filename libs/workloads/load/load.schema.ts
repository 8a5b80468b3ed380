import { z } from 'zod';
import { DatasetName } from '../generate/generate.schema.js';
import { ConsistencyLevel } from '../stress/consistency-level.schema.js';
import { CsvDelimiter, MaxRowBytes } from './csv.schema.js';
import { StressConnection } from '../stress/stress.schema.js';

const Identifier = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9_]{0,47}$/, 'expected a name of letters, digits and _, at most 48 of them');

/** A column of the CSV: of its header, or of `columns` where there is none. */
const ColumnName = z.string().min(1).max(128);

const CqlTypeName = z.enum([
  'ascii',
  'bigint',
  'blob',
  'boolean',
  'date',
  'decimal',
  'double',
  'float',
  'inet',
  'int',
  'smallint',
  'text',
  'time',
  'timestamp',
  'timeuuid',
  'tinyint',
  'uuid',
  'varchar',
  'varint',
]);

const once = (names: readonly string[]) => new Set(names).size === names.length;
const ONCE = 'expected every name once';

/** Rows of CSV files into a table. */
export const LoadSpec = z
  .strictObject({
    dataset: DatasetName.describe('Folder below the data root of the executors'),
    pattern: z
      .string()
      .min(1)
      .max(512)
      .default('**/*.{csv,csv.gz,csv.zst}')
      .describe('Which of its files: * and ? within a folder, ** over folders, {a,b}; .gz and .zst are decompressed'),
    header: z.boolean().default(true),
    delimiter: CsvDelimiter,
    columns: z
      .array(ColumnName)
      .min(1)
      .max(1000)
      .refine(once, ONCE)
      .optional()
      .describe('Columns of the table, in the order of the files; those of the header when absent'),
    maxRowBytes: MaxRowBytes,
    emptyAs: z
      .enum(['unset', 'text'])
      .default('unset')
      .describe('What an empty field is in columns of text: no value (no tombstone either), or an empty text'),
    keyspace: Identifier.default('content_db'),
    table: Identifier.default('content_data'),
    skipCreate: z.boolean().default(false).describe('True: keyspace and table must be there'),
    create: z
      .strictObject({
        replication: z
          .union([
            z.strictObject({ factor: z.int().min(1).max(100) }),
            z.strictObject({ datacenters: z.record(z.string().min(1).max(256), z.int().min(0).max(100)) }),
          ])
          .default({ factor: 3 })
          .describe('Of the keyspace, if it is not there yet'),
        partitionKey: z.array(Identifier).min(1).max(32).refine(once, ONCE).default(['sort_key']),
        clustering: z.array(Identifier).max(32).refine(once, ONCE).default([]),
        types: z
          .record(Identifier, CqlTypeName)
          .default({})
          .describe('By column; sort_key is a uuid and the rest is text when absent'),
      })
      .prefault({}),
    batchSize: z
      .int()
      .min(1)
      .max(10_000)
      .default(1)
      .describe('1: every row is a prepared insert of its own; more: unlogged batches of at most so many rows'),
    batchBy: z
      .enum(['partition', 'tokenRange', 'any'])
      .default('partition')
      .describe(
        'Rows of a batch have one partition key, or lie in token ranges of the same nodes, or come as they are, which costs the coordinator much',
      ),
    maxBatchBytes: z
      .int()
      .min(1024)
      .max(16_777_216)
      .default(40_960)
      .describe('Of the values in a batch over partitions: Cassandra refuses those of more than 50 KiB'),
    concurrency: z.int().min(1).max(100_000).default(128).describe('Requests in flight, over all executors'),
    lanes: z.int().min(1).max(256).default(2).describe('Loading threads per executor'),
    rowsPerSecond: z.number().positive().max(1e9).optional().describe('At most so many, over all executors'),
    consistencyLevel: ConsistencyLevel.default('LOCAL_QUORUM'),
    ttlS: z.int().min(1).max(630_720_000).optional(),
    timestamp: z
      .strictObject({
        column: ColumnName.describe('Of the CSV; it is a column of the table only where it is named in columns'),
        unit: z.enum(['us', 'ms', 's']).default('us'),
      })
      .optional()
      .describe('Write time of each row; the clock of the cluster when absent'),
    errors: z
      .strictObject({
        retries: z.int().min(0).max(100).default(9).describe('Of one request; a refused one is not retried'),
        maxRejected: z
          .int()
          .min(0)
          .max(1e9)
          .default(1000)
          .describe('Rows of one file that cannot be written; beyond them the run fails'),
        maxFailed: z
          .int()
          .min(0)
          .max(1e9)
          .default(0)
          .describe('Rows of one file that the target did not take; beyond them the run fails and can be resumed'),
      })
      .prefault({}),
    existing: z
      .enum(['resume', 'restart'])
      .default('resume')
      .describe('Resume goes on where a run that was interrupted had its rows acknowledged'),
    verify: z
      .discriminatedUnion('type', [
        z.strictObject({ type: z.literal('none') }),
        z.strictObject({ type: z.literal('sample'), share: z.number().positive().max(1) }),
        z.strictObject({ type: z.literal('full') }),
      ])
      .default({ type: 'none' })
      .describe('Rows that are read back once they are loaded; the run fails when one is missing or differs'),
    connection: StressConnection.prefault({}),
    log: z.strictObject({ intervalMs: z.int().min(100).max(3_600_000).default(1000) }).prefault({}),
  })
  .meta({ id: 'LoadSpec' });
export type LoadSpec = z.infer<typeof LoadSpec>;

const Rows = z.int().min(0);

/** What became of the rows of one file, up to the last acknowledged one: read = written + rejected + failed. */
export const LoadedFile = z
  .object({
    name: z.string(),
    done: z.boolean().describe('Every row of it was read and decided'),
    read: Rows,
    written: Rows,
    rejected: Rows.describe('That could not be written: see rejectFile'),
    failed: Rows.describe('That the target did not take: see rejectFile'),
    resumedRows: Rows.describe('Of read: those that an interrupted run had decided'),
    rejectFile: z.string().nullable().describe('Lines of the rows that were not written, with reasons'),
  })
  .meta({ id: 'LoadedFile' });
export type LoadedFile = z.infer<typeof LoadedFile>;

/** What reading rows back has shown: checked = same + missing + different + unanswered. */
export const LoadVerification = z
  .object({
    checked: Rows,
    same: Rows.describe('Found with the values of the file'),
    missing: Rows,
    different: Rows.describe('Found with other values, among them rows whose key comes again in the files'),
    unanswered: Rows.describe('Of which the target has said nothing in time'),
    complete: z.boolean().describe('False when it was stopped'),
  })
  .meta({ id: 'LoadVerification' });
export type LoadVerification = z.infer<typeof LoadVerification>;

/** What a load run, or one executor's part of it, has loaded. */
export const LoadReport = z
  .object({
    kind: z.literal('load'),
    dataset: z.string(),
    keyspace: z.string(),
    table: z.string(),
    read: Rows,
    written: Rows,
    rejected: Rows,
    failed: Rows,
    resumedRows: Rows,
    files: z.array(LoadedFile),
    verification: LoadVerification.optional().describe('Where it was asked for'),
  })
  .meta({ id: 'LoadReport' });
export type LoadReport = z.infer<typeof LoadReport>;
