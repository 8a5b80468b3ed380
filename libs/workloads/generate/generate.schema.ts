import { z } from 'zod';

/** Cassandra's default limit of one mutation is 16 MiB; a larger row could not be loaded. */
export const LARGEST_ROW_BYTES = 16_777_216;
/** The key alone is a UUID of 36 characters. */
export const SMALLEST_ROW_BYTES = 37;

const RowBytes = z.int().min(SMALLEST_ROW_BYTES).max(LARGEST_ROW_BYTES);

const inOrder = ({ minBytes, maxBytes }: { minBytes: number; maxBytes: number }) => minBytes <= maxBytes;
const IN_ORDER = { message: 'expected at least minBytes', path: ['maxBytes'] };

/** A share of the rows has a size from `fromBytes` to `toBytes`, both included, each as likely as the other. */
export const SizeBin = z
  .strictObject({ fromBytes: RowBytes, toBytes: RowBytes, share: z.number().positive().max(1e12) })
  .refine(({ fromBytes, toBytes }) => fromBytes <= toBytes, {
    message: 'expected at least fromBytes',
    path: ['toBytes'],
  })
  .meta({ id: 'SizeBin' });
export type SizeBin = z.infer<typeof SizeBin>;

/** How large the rows are: bytes of all values of a row, key included, separators and quotes not. */
export const SizeDistribution = z
  .discriminatedUnion('type', [
    z
      .strictObject({ type: z.literal('production') })
      .describe('Mean about 8 KB, 3.7 to 151 KB, 22 % of the rows at 4.2 KB'),
    z.strictObject({ type: z.literal('fixed'), bytes: RowBytes }),
    z.strictObject({ type: z.literal('uniform'), minBytes: RowBytes, maxBytes: RowBytes }).refine(inOrder, IN_ORDER),
    z
      .strictObject({
        type: z.literal('lognormal'),
        medianBytes: RowBytes,
        sigma: z.number().positive().max(4).describe('Standard deviation of the logarithm'),
        minBytes: RowBytes,
        maxBytes: RowBytes,
      })
      .refine(inOrder, IN_ORDER)
      .describe('What falls outside of the bounds is drawn within them instead'),
    z.strictObject({
      type: z.literal('histogram'),
      bins: z
        .array(SizeBin)
        .min(1)
        .max(4096)
        .refine(
          (bins) => bins.every(({ fromBytes }, index) => index === 0 || fromBytes > (bins[index - 1]?.toBytes ?? 0)),
          'expected bins in ascending order that do not overlap',
        )
        .describe('Shares are relative to their sum'),
    }),
  ])
  .meta({ id: 'SizeDistribution' });
export type SizeDistribution = z.infer<typeof SizeDistribution>;

const SEGMENT = '[A-Za-z0-9][A-Za-z0-9._-]{0,63}';

/** A folder below the data root; no segment can climb or hide. */
export const DatasetName = z
  .string()
  .max(255)
  .regex(
    new RegExp(`^${SEGMENT}(/${SEGMENT}){0,7}$`),
    'expected a name of letters, digits and . _ -, or up to eight of them with / in between',
  )
  .meta({ id: 'DatasetName' });

const ColumnName = z.string().regex(/^[A-Za-z][A-Za-z0-9_]{0,47}$/, 'expected a column name of at most 48 characters');

export const Compression = z
  .discriminatedUnion('type', [
    z.strictObject({ type: z.literal('none') }),
    z.strictObject({ type: z.literal('gzip'), level: z.int().min(1).max(9).default(1) }),
    z
      .strictObject({ type: z.literal('zstd'), level: z.int().min(1).max(19).default(3) })
      .describe('Only where the executor runs on a Node that has it: 22.15, 24 or later'),
  ])
  .meta({ id: 'Compression' });
export type Compression = z.infer<typeof Compression>;

/** CSV files, a function of this alone: the same specification gives the same bytes, whoever writes which file. */
export const GenerateSpec = z
  .strictObject({
    dataset: DatasetName.describe('Folder below the data root of the executors'),
    files: z.int().min(1).max(100_000),
    rowsPerFile: z.int().min(1).max(1e10),
    threads: z
      .int()
      .min(1)
      .max(999)
      .default(4)
      .describe('Worker numbers in the names of the files: file i is named for worker 1 + (i - 1) mod threads'),
    lanes: z.int().min(1).max(256).default(2).describe('Generating threads per executor, one core each'),
    sizes: SizeDistribution.default({ type: 'production' }),
    key: z
      .strictObject({
        column: ColumnName.default('sort_key'),
        type: z.enum(['random', 'incremental']).default('random').describe('UUIDs: version 4, or 1, 2, 3 …'),
      })
      .prefault({}),
    payload: z
      .strictObject({
        columns: z
          .array(ColumnName)
          .min(1)
          .max(100)
          .refine((names) => new Set(names).size === names.length, 'expected every name once')
          .default(['content'])
          .describe('They share the size that the key leaves, evenly'),
        compressibleShare: z
          .number()
          .min(0)
          .max(1)
          .default(0)
          .describe('Share of the payload that is one repeated text; the rest is random, of 64 characters'),
      })
      .prefault({}),
    header: z.boolean().default(true),
    compression: Compression.default({ type: 'none' }),
    existing: z
      .enum(['resume', 'replace'])
      .default('resume')
      .describe('Resume keeps finished files of the same specification, and refuses a folder of another one'),
    minFreeBytes: z
      .int()
      .min(0)
      .default(1_073_741_824)
      .describe('What must stay free on the disk; a run that would take it fails before it does'),
    durable: z
      .boolean()
      .default(false)
      .describe('True: a file gets its name only when the disk has it, so that it outlives a power cut'),
    seed: z.int().min(0).default(1),
    log: z.strictObject({ intervalMs: z.int().min(100).max(3_600_000).default(1000) }).prefault({}),
  })
  .refine(({ key, payload }) => !payload.columns.includes(key.column), {
    message: 'expected other names than the key column',
    path: ['payload', 'columns'],
  })
  .refine(({ files, rowsPerFile }) => files * rowsPerFile <= 1e13, {
    message: 'expected at most 10,000,000,000,000 rows in all files together',
    path: ['rowsPerFile'],
  })
  .meta({ id: 'GenerateSpec' });
export type GenerateSpec = z.infer<typeof GenerateSpec>;

/** The sizes that rows were asked to have, and the ones that they have. */
export const SizeReport = z
  .object({
    rows: z.int(),
    totalBytes: z.int(),
    minBytes: z.int().describe('0 when there are no rows'),
    maxBytes: z.int(),
    meanBytes: z.number(),
    askedMeanBytes: z.number(),
    bins: z.array(
      z.object({ fromBytes: z.int(), toBytes: z.int(), askedShare: z.number(), rows: z.int(), share: z.number() }),
    ),
    largestDifference: z
      .number()
      .describe('Between asked and achieved share, over all bins; 0.01 is one percent point'),
  })
  .meta({ id: 'SizeReport' });
export type SizeReport = z.infer<typeof SizeReport>;

/** What a generate run, or one executor's part of it, has made. */
export const GenerateReport = z
  .object({
    kind: z.literal('generate'),
    dataset: z.string(),
    datasetId: z.string().optional().describe('Once every file is there: what load and query runs can name'),
    files: z.int().describe('All that are there, kept ones included'),
    keptFiles: z.int().describe('That were there already, of an earlier run of the same specification'),
    rows: z.int(),
    keptRows: z.int(),
    dataBytes: z.int().describe('CSV, before compression'),
    storedBytes: z.int().describe('On disk'),
    sizes: SizeReport,
  })
  .meta({ id: 'GenerateReport' });
export type GenerateReport = z.infer<typeof GenerateReport>;
