import { z } from 'zod';
import { ConsistencyLevel } from '#libs/workloads/stress/stress.schema.js';

const DAY_MS = 86_400_000;

const Identifier = z
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

/** Passes over the workload, a time, or whichever ends first. A run that never ends has no form. */
const Stop = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('passes'), passes: z.int().min(1).max(1e9) }),
  z.strictObject({
    type: z.literal('duration'),
    durationMs: z
      .int()
      .min(100)
      .max(30 * DAY_MS),
  }),
  z.strictObject({
    type: z.literal('either'),
    passes: z.int().min(1).max(1e9),
    durationMs: z
      .int()
      .min(100)
      .max(30 * DAY_MS),
  }),
]);

const Connection = z.strictObject({
  connectionsPerNode: z.int().min(1).max(64).default(4),
  requestTimeoutMs: z.int().min(1).max(DAY_MS).default(5_000),
  schemaTimeoutMs: z.int().min(1).max(DAY_MS).default(60_000),
  pageSize: z.int().min(1).max(1e9).default(1_000),
  compression: z.enum(['snappy', 'none']).default('snappy'),
  routing: z.enum(['token-aware', 'round-robin']).default('token-aware'),
});

const Errors = z.strictObject({
  retries: z.int().min(0).max(10_000).default(10),
  minDelayMs: z.int().min(0).max(DAY_MS).default(80),
  maxDelayMs: z.int().min(0).max(DAY_MS).default(1_000).describe('The delay doubles from minDelayMs up to this'),
  limit: z.int().min(1).optional().describe('The run fails at this many errors; no limit when absent'),
  limitInARow: z.int().min(1).optional().describe('The run fails at this many errors of one worker in a row'),
});

const shared = {
  keyspace: Identifier.default('scylla_bench'),
  replicationFactor: z.int().min(1).max(1_000).default(1),
  consistencyLevel: ConsistencyLevel.default('QUORUM'),
  concurrency: z.int().min(1).max(32_768).default(16).describe('Workers: requests in flight'),
  maxRatePerSecond: z.int().min(1).max(1e8).optional().describe('Requests per second; no limit when absent'),
  stop: Stop,
  extraClause: z.string().min(1).max(1_000).optional().describe('CQL at the end of every statement of the load'),
  connection: Connection.prefault({}),
  errors: Errors.prefault({}),
  log: z
    .strictObject({
      latency: z.enum(['raw', 'fixedCoordinatedOmission']).default('raw'),
      hdrFile: z.string().optional(),
    })
    .prefault({}),
  seed: z.int().min(0).default(1).describe('Of the random choices: keys, sizes'),
};
const table = Identifier.default('test');
const truncate = z.boolean().default(false).describe('Empty the table first');
const validateData = z.boolean().default(false);
const rowsPerRequest = z.int().min(1).max(65_535).default(1).describe('Above 1: unlogged batches of one partition');

const Modes = z.discriminatedUnion('mode', [
  z.strictObject({
    mode: z.literal('write'),
    workload: Writable,
    table,
    truncate,
    rowsPerRequest,
    value: Value.prefault({}),
    ...shared,
  }),
  z.strictObject({
    mode: z.literal('read'),
    workload: Readable,
    table,
    validateData,
    select: Select.prefault({}),
    ...shared,
  }),
  z
    .strictObject({
      mode: z.literal('mixed'),
      workload: Writable,
      table,
      truncate,
      value: Value.prefault({}),
      select: Select.prefault({}),
      ...shared,
    })
    .describe('One read, one write, in turn over all workers; reads check what they find where content is checked'),
  z.strictObject({ mode: z.literal('counter_update'), workload: Counted, truncate, ...shared }),
  z.strictObject({
    mode: z.literal('counter_read'),
    workload: Counted,
    validateData,
    select: Select.prefault({}),
    ...shared,
  }),
  z.strictObject({
    mode: z.literal('scan'),
    table,
    validateData,
    bypassCache: z.boolean().default(false),
    rangeCount: z.int().min(1).max(1e9).default(1).describe('Parts that the token ring is cut into'),
    ...shared,
  }),
]);
type Modes = z.infer<typeof Modes>;

interface Contradiction {
  path: string[];
  message: string;
}

function* contradictionsOfWorkload(spec: Exclude<Modes, { mode: 'scan' }>): Generator<Contradiction> {
  const { mode, workload, stop, concurrency, maxRatePerSecond } = spec;
  const { partitionCount, partitionOffset, clusteringRowCount } = workload;
  if (workload.type !== 'sequential' && stop.type !== 'duration') {
    yield { path: ['stop'], message: `expected a duration (the ${workload.type} workload has no passes)` };
  }
  if ((partitionOffset + partitionCount) * clusteringRowCount > Number.MAX_SAFE_INTEGER) {
    yield { path: ['workload', 'clusteringRowCount'], message: 'expected fewer than 2^53 rows in all' };
  }
  if (workload.type === 'timeseries' && partitionOffset + partitionCount + concurrency > 2 ** 31) {
    yield { path: ['workload', 'partitionCount'], message: 'expected fewer than 2^31 partitions for a timeseries' };
  }
  if (workload.type === 'timeseries' && mode !== 'read') {
    if (maxRatePerSecond === undefined || maxRatePerSecond < concurrency) {
      yield {
        path: ['maxRatePerSecond'],
        message: `expected at least ${concurrency} (one per second and worker: the keys of a timeseries follow from the rate)`,
      };
    }
    if (concurrency > partitionCount) {
      yield {
        path: ['concurrency'],
        message: `expected at most ${partitionCount} (every worker has partitions of its own)`,
      };
    }
    if (mode === 'write' && spec.rowsPerRequest > 1)
      yield { path: ['rowsPerRequest'], message: 'expected 1 (a timeseries changes partition at every row)' };
  }
}

function* contradictionsOf(spec: Modes): Generator<Contradiction> {
  if (spec.mode !== 'scan') yield* contradictionsOfWorkload(spec);
  if (spec.mode === 'scan' && spec.concurrency > spec.rangeCount) {
    yield { path: ['concurrency'], message: `expected at most ${spec.rangeCount} (one worker per range)` };
  }
  if ('value' in spec && spec.value.content === 'checked') {
    const { size } = spec.value;
    if ((size.type === 'fixed' ? size.bytes : size.min) < 1)
      yield { path: ['value', 'size'], message: 'expected at least 1 byte (an empty value cannot be checked)' };
  }
  if ('select' in spec && spec.select.restriction === 'none' && spec.workload.type === 'sequential') {
    yield {
      path: ['select', 'restriction'],
      message: 'expected a bound (the sequential workload moves by its rows, and would read one partition for ever)',
    };
  }
  if (spec.errors.minDelayMs > spec.errors.maxDelayMs) {
    yield {
      path: ['errors', 'minDelayMs'],
      message: `expected at most the longest delay, ${spec.errors.maxDelayMs} ms`,
    };
  }
}

/** The structured form of a scylla-bench run, in scylla-bench's own terms; nothing in it contradicts itself. */
export const ScyllaBenchSpec = Modes.superRefine((spec, context) => {
  for (const { path, message } of contradictionsOf(spec)) context.addIssue({ code: 'custom', path, message });
}).meta({ id: 'ScyllaBenchSpec' });
export type ScyllaBenchSpec = z.infer<typeof ScyllaBenchSpec>;
