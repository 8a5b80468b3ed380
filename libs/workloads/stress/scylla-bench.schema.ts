import { z } from 'zod';

const DAY_MS = 86_400_000;

const TableName = z
  .string()
  .regex(
    /^[A-Za-z][A-Za-z0-9_]{0,47}$/,
    'expected a name of letters, digits and underscores, at most 48, starting with a letter',
  );

/** Bytes of a row's value. `uniform` leaves `max` out, as scylla-bench does, unless both are equal. */
export const RowSize = z
  .discriminatedUnion('type', [
    z.strictObject({ type: z.literal('fixed'), bytes: z.int().min(0).max(0x1000_0000) }),
    z
      .strictObject({
        type: z.literal('uniform'),
        min: z.int().min(0).max(0x1000_0000),
        max: z.int().min(0).max(0x1000_0000),
      })
      .refine(({ min, max }) => min <= max, 'expected min..max with min no greater than max'),
  ])
  .meta({ id: 'ScyllaBenchRowSize' });
export type RowSize = z.infer<typeof RowSize>;

/** What is written: `checked` reads back what it wrote, `random` differs from row to row, `zeros` is what 1.1 wrote. */
const Value = z.strictObject({
  size: RowSize.default({ type: 'fixed', bytes: 4 }),
  content: z.enum(['random', 'zeros', 'checked']).default('random'),
});

const keys = {
  partitionCount: z.int().min(1).max(1e12).default(10_000),
  partitionOffset: z.int().min(0).max(1e12).default(0),
  clusteringRowCount: z.int().min(1).max(1e12).default(100),
};
/** Nanoseconds since 1970 as text: a JSON number cannot hold them. */
const Nanoseconds = z.string().regex(/^[1-9]\d{0,18}$/, 'expected nanoseconds since 1970');

const Sequential = z
  .strictObject({ type: z.literal('sequential'), ...keys })
  .describe('Every row once per pass, the rows cut into one range per worker');
const Uniform = z.strictObject({ type: z.literal('uniform'), ...keys }).describe('Any row, each as likely');
const SeriesWrite = z
  .strictObject({ type: z.literal('timeseries'), ...keys, startNs: Nanoseconds.optional() })
  .describe('Round the partitions, each row newer than the one before; startNs defaults to the start of the run');
const SeriesRead = z.strictObject({
  type: z.literal('timeseries'),
  ...keys,
  startNs: Nanoseconds.describe('When the writing run started'),
  writeRatePerSecond: z.int().min(1).max(1e9).describe('Rows per second and partition of the writing run'),
  distribution: z.enum(['uniform', 'hnormal']).default('uniform').describe('hnormal prefers the newest rows'),
});

const Writable = z.discriminatedUnion('type', [Sequential, Uniform, SeriesWrite]);
const Readable = z.discriminatedUnion('type', [Sequential, Uniform, SeriesRead]);
const Counted = z.discriminatedUnion('type', [Sequential, Uniform]);

/** How a read names its rows: ck >= ?, ck >= ? AND ck < ?, ck IN (...), or the partition alone. */
const Select = z.strictObject({
  rowsPerRequest: z.int().min(1).max(65_534).default(1),
  restriction: z.enum(['lowerBound', 'bothBounds', 'in', 'none']).default('lowerBound'),
  orders: z
    .array(z.enum(['none', 'asc', 'desc']))
    .min(1)
    .max(64)
    .default(['none'])
    .describe('Taken in turn'),
  bypassCache: z.boolean().default(false),
});

const Errors = z.strictObject({
  minDelayMs: z.int().min(0).max(DAY_MS).default(80),
  maxDelayMs: z
    .int()
    .min(0)
    .max(DAY_MS)
    .default(1_000)
    .describe('Before a retry; the delay doubles from minDelayMs up to this'),
  limit: z.int().min(1).optional().describe('The run fails at this many errors, each lane having its share of them'),
  limitInARow: z.int().min(1).optional().describe('The run fails at this many errors of one worker in a row'),
});

/** Of every mode; what is not here is said by the run: keyspace, workers (rate.threads), rate, end, retries, seed. */
const general = {
  passes: z
    .int()
    .min(1)
    .max(1e9)
    .optional()
    .describe('Times through all rows (or ranges) at most: sequential and scan only'),
  extraClause: z.string().min(1).max(1_000).optional().describe('CQL at the end of every statement of the load'),
  routing: z.enum(['token-aware', 'round-robin']).default('token-aware'),
  errors: Errors.prefault({}),
};
const table = TableName.default('test');
const validateData = z.boolean().default(false);
const pageSize = z.int().min(1).max(1e9).default(1_000).describe('Rows');
const rowsPerRequest = z.int().min(1).max(65_535).default(1).describe('Above 1: unlogged batches of one partition');
const select = Select.prefault({});
const value = Value.prefault({});

/** What is scylla-bench's own in a stress run, in its own terms. Reads and scans check values that were written `checked`. */
export const ScyllaBenchSpec = z
  .discriminatedUnion('mode', [
    z.strictObject({ mode: z.literal('write'), workload: Writable, table, rowsPerRequest, value, ...general }),
    z.strictObject({ mode: z.literal('read'), workload: Readable, table, validateData, select, pageSize, ...general }),
    z
      .strictObject({ mode: z.literal('mixed'), workload: Writable, table, value, select, pageSize, ...general })
      .describe('One write, one read, in turn; reads check what they find where content is checked'),
    z.strictObject({ mode: z.literal('counter_update'), workload: Counted, ...general }),
    z.strictObject({
      mode: z.literal('counter_read'),
      workload: Counted,
      validateData,
      select,
      pageSize,
      ...general,
    }),
    z.strictObject({
      mode: z.literal('scan'),
      table,
      validateData,
      bypassCache: z.boolean().default(false),
      rangeCount: z.int().min(1).max(1e9).default(1).describe('Parts that the token ring is cut into'),
      pageSize,
      ...general,
    }),
  ])
  .meta({ id: 'ScyllaBenchSpec' });
export type ScyllaBenchSpec = z.infer<typeof ScyllaBenchSpec>;
