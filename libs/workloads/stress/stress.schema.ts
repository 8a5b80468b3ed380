import { z } from 'zod';
import { ConsistencyLevel } from './consistency-level.schema.js';
import { Distribution } from './distribution.schema.js';
import { StressErrors } from './errors.schema.js';
import { StressInsert, TokenRanges } from './insert.schema.js';
import { ScyllaBenchSpec } from './scylla-bench.schema.js';
import { YcsbSpec } from './ycsb.schema.js';

/** When the run ends: after a number of operations, after a time, or when its rate is known well enough. */
export const Stop = z
  .discriminatedUnion('type', [
    z.strictObject({ type: z.literal('operations'), count: z.int().min(0).max(1e12) }),
    z.strictObject({
      type: z.literal('duration'),
      durationMs: z
        .int()
        .min(100)
        .max(30 * 86_400_000),
    }),
    z
      .strictObject({
        type: z.literal('uncertainty'),
        relativeError: z.number().min(0).max(1).default(0.02).describe('Standard error of the mean row rate, over it'),
        minIntervals: z.int().min(1).max(1_000_000).default(30),
        maxIntervals: z.int().min(1).max(1_000_000).default(200),
      })
      .refine(({ minIntervals, maxIntervals }) => minIntervals <= maxIntervals, {
        message: 'expected at least minIntervals (n>)',
        path: ['maxIntervals'],
      })
      .describe('One executor only, since its intervals decide'),
  ])
  .meta({ id: 'Stop' });
export type Stop = z.infer<typeof Stop>;

/** Which work items (seeds) are drawn. */
export const Population = z
  .discriminatedUnion('type', [
    z.strictObject({
      type: z.literal('sequence'),
      from: z.int().min(0),
      to: z.int().min(0),
      wrap: z.boolean().default(true),
      readLookback: Distribution.optional().describe('How many items behind the present one a read goes back'),
    }),
    z.strictObject({ type: z.literal('distribution'), distribution: Distribution }),
  ])
  .meta({ id: 'Population' });
export type Population = z.infer<typeof Population>;

/** Closed loop: `threads` operations are always in flight, at most `throttlePerSecond`. Open loop: operations fall due. */
export const Rate = z
  .discriminatedUnion('model', [
    z.strictObject({
      model: z.literal('closed'),
      threads: z.int().min(1).max(32_768),
      throttlePerSecond: z.number().positive().max(1e8).optional(),
    }),
    z.strictObject({
      model: z.literal('open'),
      threads: z.int().min(1).max(32_768).describe('Operations in flight at most, over all executors'),
      ratePerSecond: z.number().positive().max(1e8),
      arrival: z.enum(['constant', 'poisson']).default('constant'),
      overdue: z
        .enum(['wait', 'drop'])
        .default('wait')
        .describe(
          'What becomes of an operation that is due while all threads are busy: it waits (and the wait is in its response time), or is dropped and counted',
        ),
    }),
  ])
  .meta({ id: 'Rate' });
export type Rate = z.infer<typeof Rate>;

const Identifier = z
  .string()
  .regex(
    /^[A-Za-z][A-Za-z0-9_]{0,47}$/,
    'expected a name of letters, digits and underscores, at most 48, starting with a letter',
  );

export const StressSchema = z
  .strictObject({
    keyspace: Identifier.default('keyspace1'),
    replication: z
      .strictObject({
        strategy: z.string().default('NetworkTopologyStrategy'),
        options: z.record(z.string(), z.string()),
      })
      .default({ strategy: 'NetworkTopologyStrategy', options: { replication_factor: '1' } }),
    compaction: z
      .strictObject({ strategy: z.string(), options: z.record(z.string(), z.string()).default({}) })
      .optional(),
    compression: z.string().optional().describe('SSTable compressor class'),
    storage: z
      .record(z.string(), z.string())
      .optional()
      .describe("ScyllaDB's storage of the keyspace: type LOCAL or S3, endpoint, bucket"),
  })
  .meta({ id: 'StressSchema' });
export type StressSchema = z.infer<typeof StressSchema>;

export const StressConnection = z
  .strictObject({
    requestTimeoutMs: z.int().min(1).max(600_000).default(12_000),
    connectTimeoutMs: z.int().min(1).max(600_000).default(5_000),
    controlConnectionTimeoutMs: z.int().min(1).max(600_000).default(6_000),
    connectionsPerNode: z
      .int()
      .min(1)
      .max(1024)
      .default(1)
      .describe('Per lane; of a ScyllaDB node shared out over its shards, one each at least'),
    inFlightPerConnection: z.int().min(1).max(32_768).default(32_768),
    caseInsensitive: z.boolean().default(false),
    compression: z
      .enum(['none', 'lz4', 'snappy'])
      .default('none')
      .describe('Of frames, both ways; the target has to offer it. Costs client CPU'),
    prepared: z.boolean().default(true).describe('False: every request carries its statement as text'),
    onlyContactPoints: z.boolean().default(false).describe('Other nodes of the cluster are left alone'),
    localRack: z.string().optional().describe('A replica in this rack is asked before others'),
    protocolVersion: z.literal(4).default(4),
  })
  .meta({ id: 'StressConnection' });

/** What there is to say of connections where requests have timeouts of their own. */
export const PlainConnection = StressConnection.pick({
  connectTimeoutMs: true,
  controlConnectionTimeoutMs: true,
  connectionsPerNode: true,
  inFlightPerConnection: true,
  onlyContactPoints: true,
  localRack: true,
  compression: true,
});

/** What a user run does: its profiles, and how often each of their operations. */
export const UserSpec = z
  .strictObject({
    profiles: z
      .array(
        z.strictObject({
          name: z.string().min(1).max(1024).describe('Its file, for messages'),
          yaml: z.string().min(1).max(262_144).describe('The profile itself'),
        }),
      )
      .min(1)
      .max(16),
    operations: z
      .record(z.string().min(1).max(256), z.number().min(0))
      .refine((weights) => Object.values(weights).some((weight) => weight > 0), 'expected at least one weight above 0')
      .describe('insert, or the name of a query, after the name of the profile and a dot where there are several'),
  })
  .meta({ id: 'UserSpec' });

const Weight = z.number().min(0).default(0);

/** The structured form of a cassandra-stress run. */
export const StressPlanSpec = z
  .strictObject({
    operation: z.enum(['write', 'read', 'mixed', 'counter_write', 'counter_read', 'user', 'scyllaBench', 'ycsb']),
    user: UserSpec.optional().describe('Only for user'),
    scyllaBench: ScyllaBenchSpec.optional().describe('Only for scyllaBench'),
    ycsb: YcsbSpec.optional().describe('Only for ycsb'),
    ratio: z
      .strictObject({ write: Weight, read: Weight, counter_write: Weight, counter_read: Weight })
      .refine((ratio) => Object.values(ratio).some((weight) => weight > 0), 'expected at least one weight above 0')
      .default({ write: 1, read: 1, counter_write: 0, counter_read: 0 })
      .describe('Only for mixed'),
    increment: Distribution.default({ type: 'fixed', value: 1 }).describe('What a counter_write adds to each counter'),
    clustering: Distribution.default({ type: 'gaussian', min: 1, max: 10 }).describe(
      'Mixed: how many operations of one type run in a row',
    ),
    stop: Stop,
    consistencyLevel: ConsistencyLevel.default('LOCAL_ONE'),
    truncate: z
      .enum(['never', 'once', 'always'])
      .default('never')
      .describe("The tables of the run's writes are emptied before it; always: before each run of a search of threads"),
    serialConsistencyLevel: z.enum(['SERIAL', 'LOCAL_SERIAL']).default('SERIAL').describe('Of conditional statements'),
    tokenRange: TokenRanges.prefault({}).describe('Of token range queries of user profiles'),
    insert: StressInsert.optional().describe('In place of what profiles say; other commands take rowPopulation only'),
    warmup: z.boolean().default(true),
    warmupMs: z
      .int()
      .min(1)
      .max(3_600_000)
      .optional()
      .describe("How long it may take; by the original's count of operations alone when absent"),
    keySizeBytes: z.int().min(1).max(65_535).default(10),
    contents: z
      .enum(['sorted', 'shuffled'])
      .optional()
      .describe(
        'Order in which the rows of a partition are written; the tables of the data commands have one row in each',
      ),
    population: Population.optional().describe(
      'Default: writes take sequence 1..n, reads and mixed gaussian(1..n); n is 1,000,000 when the run ends by time',
    ),
    columns: z
      .strictObject({
        count: z.int().min(1).max(1000).default(5),
        names: z
          .array(z.string().regex(/^[A-Za-z0-9_]{1,48}$/))
          .min(1)
          .max(1000)
          .optional()
          .describe('In place of C0, C1 …; then count is their number'),
        size: Distribution.default({ type: 'fixed', value: 34 }),
        timestampUs: z.int().min(0).optional().describe('USING TIMESTAMP of every write'),
        slice: z.boolean().optional().describe('Reads ask for every column the table has, not for each by name'),
      })
      .refine(({ names, count }) => names === undefined || names.length === count, 'expected as many names as columns')
      .default({ count: 5, size: { type: 'fixed', value: 34 } }),
    schema: StressSchema.prefault({}),
    rate: Rate,
    lanes: z.int().min(1).max(256).default(1).describe('Load threads per executor, one core each'),
    errors: StressErrors,
    connection: StressConnection.prefault({}),
    log: z
      .strictObject({
        intervalMs: z.int().min(10).max(3_600_000).default(1000),
        hdrFile: z.string().optional(),
        level: z
          .enum(['minimal', 'normal', 'verbose'])
          .optional()
          .describe(
            'How many failed operations are told of one by one: none, the first ten (normal, the default), all',
          ),
        statements: z.boolean().optional().describe('What is told of a failed operation begins with its statement'),
        settings: z.boolean().default(true),
        summary: z.boolean().default(true),
      })
      .prefault({}),
    metricsUrls: z
      .array(z.url({ protocol: /^https?$/, error: 'expected an http or https URL' }).max(2048))
      .min(1)
      .max(64)
      .optional()
      .describe("Metrics pages (Prometheus' text) of the nodes, read at every interval for their garbage collection"),
    engine: z.enum(['wire', 'driver']).default('wire'),
    seed: z.int().min(0).default(1).describe('Of the random choices: distributions, mixed order, Poisson arrivals'),
  })
  .meta({ id: 'StressPlanSpec' });
export type StressPlanSpec = z.infer<typeof StressPlanSpec>;

/** The short form: a cassandra-stress command line without the program's name. */
export const StressCommand = z
  .strictObject({
    command: z.string().min(1).max(16_384).describe('For example: write n=1000000 cl=ONE -rate threads=50'),
    from: z
      .enum(['scylla-bench', 'ycsb'])
      .optional()
      .describe('The tool whose line it is; cassandra-stress when absent'),
    engine: z.enum(['wire', 'driver']).optional(),
    profiles: z
      .record(z.string().min(1).max(1024), z.string().min(1).max(262_144))
      .optional()
      .describe('YAML of every file that profile= names: the service reads no files of its callers'),
  })
  .meta({ id: 'StressCommand' });
export type StressCommand = z.infer<typeof StressCommand>;

/** What is posted: either form. */
export const StressSpec = z.union([StressCommand, StressPlanSpec]).meta({ id: 'StressSpec' });
export type StressSpec = z.infer<typeof StressSpec>;

/** What is stored and shown: both forms. */
export const StoredStressSpec = StressPlanSpec.extend({ command: z.string() }).meta({ id: 'StoredStressSpec' });
export type StoredStressSpec = z.infer<typeof StoredStressSpec>;
