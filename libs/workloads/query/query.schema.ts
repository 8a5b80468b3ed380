import { z } from 'zod';
import { CsvDelimiter, MaxRowBytes } from '#libs/workloads/load/csv.schema.js';
import { DatasetName } from '#libs/workloads/generate/generate.schema.js';
import { ConsistencyLevel } from '#libs/workloads/stress/consistency-level.schema.js';
import { PlainConnection } from '#libs/workloads/stress/stress.schema.js';

const Identifier = z
  .string()
  .regex(
    /^[A-Za-z][A-Za-z0-9_]{0,47}$/,
    'expected a name of letters, digits and underscores, at most 48, starting with a letter',
  );

const CsvColumn = z.string().min(1).max(256);
const CsvColumns = z
  .array(CsvColumn)
  .min(1)
  .max(1000)
  .refine((names) => new Set(names).size === names.length, 'expected every name once');

/** When queries are sent: as fast as answers come, at most so many per second, or when they are due. */
export const QueryRate = z
  .discriminatedUnion('model', [
    z.strictObject({
      model: z.literal('closed'),
      throttlePerSecond: z.number().positive().max(1e8).optional().describe('Over all executors'),
    }),
    z.strictObject({
      model: z.literal('open'),
      ratePerSecond: z.number().positive().max(1e8).describe('Over all executors'),
      arrival: z.enum(['constant', 'poisson']).default('constant'),
    }),
  ])
  .meta({ id: 'QueryRate' });

/** What an answer has to be. */
export const QueryCheck = z
  .strictObject({
    found: z.boolean().default(true).describe('An answer without a row is a failure of class missing'),
    payload: z
      .boolean()
      .default(false)
      .describe('The one row that is answered has the values of the CSV, else a failure of class validation'),
    columns: CsvColumns.optional().describe('Compare these only; all that both CSV and answer have when absent'),
    fail: z.boolean().default(false).describe('True: a run with such a failure fails, though it goes on to its end'),
  })
  .meta({ id: 'QueryCheck' });

/** Keys of CSV files are looked up, one query for each row. */
export const QuerySpec = z
  .strictObject({
    dataset: DatasetName.describe('Folder below the data root, which all executors see, or the id of a dataset'),
    fileGlob: z.string().min(1).max(255).default('*.csv').describe('Which files; compressed ones (.gz) are found too'),
    csv: z
      .strictObject({
        header: z.boolean().default(true),
        columns: CsvColumns.optional().describe('Without a header; the key column alone when absent'),
        delimiter: CsvDelimiter,
        maxRowBytes: MaxRowBytes,
      })
      .refine(({ header, columns }) => !header || columns === undefined, {
        message: 'expected no columns, for the header names them',
        path: ['columns'],
      })
      .prefault({}),
    keyColumn: CsvColumn.default('sort_key'),
    keyspace: Identifier.default('content_db'),
    table: Identifier.default('content_data'),
    statement: z
      .string()
      .min(1)
      .max(16_384)
      .optional()
      .describe('In place of SELECT * FROM keyspace.table WHERE keyColumn = ?'),
    bind: CsvColumns.optional().describe(
      'CSV columns for the ? of the statement, in order; those of its names if absent',
    ),
    consistencyLevel: ConsistencyLevel.default('LOCAL_QUORUM'),
    lanes: z.int().min(1).max(256).default(1).describe('Query workers per executor, one core each'),
    batchSize: z.int().min(1).max(100_000).default(100).describe('Rows that go through the queue together'),
    queueSize: z.int().min(1).max(1_000_000).default(1000).describe('Batches that wait at most, for each worker'),
    concurrency: z.int().min(1).max(32_768).default(50).describe('Queries in flight at most, for each worker'),
    timeoutMs: z.int().min(1).max(600_000).default(5_000).describe('Of a query; counted, never retried'),
    loops: z.int().min(1).max(1e9).optional().describe('Times that all files are read; 1, or any with durationMs'),
    durationMs: z
      .int()
      .min(100)
      .max(30 * 86_400_000)
      .optional()
      .describe('The run ends after this time, if not before by its loops'),
    order: z
      .discriminatedUnion('type', [
        z.strictObject({ type: z.literal('file') }),
        z
          .strictObject({
            type: z.literal('shuffled'),
            windowRows: z.int().min(2).max(1_000_000).default(10_000),
          })
          .describe('Files in random order, and their rows within a window of so many; seeded'),
      ])
      .default({ type: 'file' }),
    sampleShare: z.number().positive().max(1).default(1).describe('Share of the rows that are asked for; seeded'),
    rate: QueryRate.default({ model: 'closed' }),
    dryRun: z.boolean().default(false).describe('Everything but the cluster: rows are read, queued and dropped'),
    check: QueryCheck.prefault({}),
    connection: PlainConnection.meta({ id: 'QueryConnection' }).prefault({}),
    log: z
      .strictObject({
        intervalMs: z.int().min(100).max(3_600_000).default(1000),
        metricsEveryMs: z.int().min(100).max(3_600_000).default(5_000).describe('Between two lines of metrics'),
      })
      .prefault({}),
    seed: z.int().min(0).default(1).describe('Of order, sampling and Poisson arrivals'),
  })
  .meta({ id: 'QuerySpec' });
export type QuerySpec = z.infer<typeof QuerySpec>;

/** The files of one worker. */
export const QueryAssignment = z
  .object({ worker: z.int().describe('From 1, over all executors'), files: z.array(z.string()) })
  .meta({ id: 'QueryAssignment' });
export type QueryAssignment = z.infer<typeof QueryAssignment>;

/** A row that could not be asked for. */
export const BadRow = z
  .object({ file: z.string(), row: z.int().describe('From 1, without the header'), reason: z.string() })
  .meta({ id: 'BadRow' });
export type BadRow = z.infer<typeof BadRow>;

/** What a query run, or one executor's part of it, has found. `ok + timeouts + errors` is `submitted` once it has drained. */
export const QueryReport = z
  .object({
    kind: z.literal('query'),
    dataset: z.string(),
    assignments: z.array(QueryAssignment).describe('The manifest: which worker reads which files, in order'),
    files: z.int().describe('Read to their end, every loop counted'),
    rowsRead: z.int(),
    skippedRows: z.int().describe('Left out by sampling'),
    badRowCount: z.int().describe('Could not be asked for'),
    badRows: z.array(BadRow).describe('The first of them'),
    submitted: z.int(),
    ok: z.int(),
    timeouts: z.int().describe("The client's and the server's"),
    errors: z.int().describe('All other failures, missing and differing rows among them'),
    missing: z.int(),
    different: z.int(),
    notSubmitted: z
      .int()
      .describe('Rows that were read and not asked for any more when the run was stopped or its time was over'),
    queueDepthMax: z.int().describe('Batches, of one worker'),
  })
  .meta({ id: 'QueryReport' });
export type QueryReport = z.infer<typeof QueryReport>;
