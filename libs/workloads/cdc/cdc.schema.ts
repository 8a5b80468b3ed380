import { z } from 'zod';
import { ConsistencyLevel } from '#libs/workloads/stress/consistency-level.schema.js';
import { PlainConnection } from '#libs/workloads/stress/stress.schema.js';

const Identifier = z
  .string()
  .regex(/^[a-z][a-z0-9_]{0,47}$/, 'expected a lower-case name of letters, digits and underscores, at most 48');

/** A PostgreSQL name may begin with an underscore. */
const SinkName = z
  .string()
  .regex(/^[a-z_][a-z0-9_]{0,62}$/, 'expected a lower-case name of letters, digits and underscores, at most 63');

export const CdcColumnType = z.enum(['text', 'int', 'bigint', 'double', 'boolean', 'timestamp', 'uuid', 'map']);
export type CdcColumnType = z.infer<typeof CdcColumnType>;

/** A column whose content follows from the row's key and seq. */
export const CdcColumn = z
  .strictObject({
    name: Identifier,
    type: CdcColumnType.describe('map: map<text, text> there, jsonb here'),
    sinkName: SinkName.optional().describe('In PostgreSQL; the same name when absent'),
    updated: z.boolean().default(true).describe('False: an INSERT writes it and no UPDATE touches it'),
    sizeBytes: z.int().min(8).max(65_536).default(16).describe('Of a text'),
  })
  .meta({ id: 'CdcColumn' });
export type CdcColumn = z.infer<typeof CdcColumn>;

/** The columns of the original's users table. */
const USERS = [
  { name: 'username', type: 'text', updated: false },
  { name: 'email', type: 'text' },
  { name: 'age', type: 'int' },
  { name: 'balance', type: 'double' },
  { name: 'is_active', type: 'boolean' },
  { name: 'preferences', type: 'map' },
  { name: 'updated_at', type: 'timestamp' },
] as const;

/** Where rows are written and where they arrive. The original's users table when nothing is said. */
export const CdcTable = z
  .strictObject({
    keyspace: Identifier.default('warehouse'),
    table: Identifier.default('users'),
    key: Identifier.default('id').describe('The partition key, a uuid'),
    seq: Identifier.default('seq').describe('A bigint that rises with every change of a row'),
    columns: z
      .array(CdcColumn)
      .min(1)
      .max(100)
      .default(USERS.map((column) => CdcColumn.parse(column))),
    sinkSchema: SinkName.default('public'),
    sinkTable: SinkName.default('cdc_users'),
    sinkKey: SinkName.optional(),
    sinkSeq: SinkName.optional(),
    deletedColumn: SinkName.optional().describe(
      'Of pipelines that mark rows in place of deleting them: a boolean in PostgreSQL',
    ),
    replicationFactor: z.int().min(1).max(100).default(1).describe('Of a keyspace that has to be made'),
    create: z.boolean().default(true).describe('Make keyspace and tables where they are missing'),
  })
  .superRefine(({ key, seq, columns }, context) => {
    const names = [key, seq, ...columns.map(({ name }) => name)];
    const twice = names.filter((name, index) => names.indexOf(name) !== index);
    if (twice.length > 0)
      context.addIssue({
        code: 'custom',
        path: ['columns'],
        message: `expected every name once, found ${twice.join(', ')} twice`,
      });
  })
  .meta({ id: 'CdcTable' });
export type CdcTable = z.infer<typeof CdcTable>;

export const CdcVerification = z
  .strictObject({
    sampleShare: z.number().min(0).max(1).default(0.01).describe('Of the keys, with all their changes; 1: every event'),
    method: z
      .enum(['auto', 'slot', 'poll'])
      .default('auto')
      .describe('slot: a temporary logical replication slot; auto: it where the role may, else polling'),
    pollIntervalMs: z.int().min(5).max(60_000).default(50),
    batchSize: z.int().min(1).max(10_000).default(1_000).describe('Keys of one question to PostgreSQL'),
    maxBacklog: z.int().min(1).max(10_000_000).default(200_000).describe('Changes that are waited for at once'),
    deadlineMs: z.int().min(100).max(3_600_000).default(60_000).describe('A later change is not timed any more'),
    drainDeadlineMs: z.int().min(0).max(3_600_000).default(60_000).describe('Wait after the last write at most'),
    maxKeys: z.int().min(1).max(50_000_000).default(2_000_000).describe('Sampled keys that are followed at most'),
  })
  .meta({ id: 'CdcVerification' });
export type CdcVerification = z.infer<typeof CdcVerification>;

const Share = z.number().min(0).max(1).default(0);

/** How long the simulated pipeline takes for a change. */
export const SimulatedLag = z
  .discriminatedUnion('type', [
    z.strictObject({ type: z.literal('constant'), ms: z.number().min(0).max(600_000) }),
    z.strictObject({
      type: z.literal('lognormal'),
      medianMs: z.number().positive().max(600_000),
      p99Ms: z.number().positive().max(600_000),
    }),
  ])
  .meta({ id: 'SimulatedLag' });
export type SimulatedLag = z.infer<typeof SimulatedLag>;

/** What carries the changes: something that is there, or a simulated one that the executor brings along. */
export const CdcPipeline = z
  .discriminatedUnion('type', [
    z.strictObject({ type: z.literal('external') }),
    z.strictObject({
      type: z.literal('scylla-log').describe("ScyllaDB's own CDC log, read by CQL: its lag alone, without PostgreSQL"),
      windowMs: z
        .int()
        .min(1_000)
        .max(60_000)
        .default(10_000)
        .describe('How long after its write a row of the log may become visible and still be found'),
    }),
    z.strictObject({
      type: z.literal('embedded'),
      lag: SimulatedLag.default({ type: 'constant', ms: 50 }),
      lossShare: Share.describe('Of the changes; they never arrive'),
      duplicateShare: Share.describe('Of the changes; they are applied once more a little later'),
      reorderShare: Share.describe('Of the changes; they are overtaken by later ones'),
      stall: z
        .strictObject({
          everyMs: z.int().min(100).max(3_600_000),
          forMs: z.int().min(1).max(3_600_000),
        })
        .optional()
        .describe('Nothing is applied for so long, again and again'),
    }),
  ])
  .meta({ id: 'CdcPipeline' });
export type CdcPipeline = z.infer<typeof CdcPipeline>;

const Weight = z.number().min(0).max(1e6);

/** Changes are written to Cassandra or ScyllaDB, and their arrival in PostgreSQL is checked and timed. */
export const CdcSpec = z
  .strictObject({
    table: CdcTable.prefault({}),
    weights: z
      .strictObject({ insert: Weight.default(70), update: Weight.default(20), delete: Weight.default(10) })
      .refine(({ insert }) => insert > 0, 'expected a weight above 0 for insert, for only it makes keys')
      .prefault({}),
    ratePerSecond: z.number().positive().max(1e7).default(10_000).describe('Events, over all executors; open loop'),
    arrival: z.enum(['constant', 'poisson']).default('constant'),
    rampMs: z.int().min(0).max(86_400_000).default(0).describe('The rate rises from 0 in this time'),
    durationMs: z
      .int()
      .min(100)
      .max(30 * 86_400_000)
      .default(60_000),
    lanes: z.int().min(1).max(256).default(1).describe('Writing threads per executor; the verifier has its own'),
    maxInFlight: z.int().min(1).max(32_768).default(1_024).describe('Of each lane; what is due beyond it waits'),
    maxLiveKeys: z
      .int()
      .min(1)
      .max(100_000_000)
      .default(1_000_000)
      .describe('Of each lane: rows that updates and deletes are drawn from; beyond it rows are left as they are'),
    consistencyLevel: ConsistencyLevel.default('LOCAL_QUORUM'),
    timeoutMs: z.int().min(1).max(600_000).default(12_000),
    connection: PlainConnection.meta({ id: 'CdcConnection' }).prefault({}),
    verification: CdcVerification.prefault({}),
    pipeline: CdcPipeline.default({ type: 'external' }),
    log: z.strictObject({ intervalMs: z.int().min(100).max(3_600_000).default(1_000) }).prefault({}),
    seed: z.int().min(0).default(1),
  })
  .refine(({ rampMs, durationMs }) => rampMs < durationMs, {
    message: 'expected a ramp that is shorter than the run',
    path: ['rampMs'],
  })
  .meta({ id: 'CdcSpec' });
export type CdcSpec = z.infer<typeof CdcSpec>;

/** What became of the changes of sampled keys; each is in one of them. */
export const CdcOutcomes = z
  .object({
    timed: z.int().describe('Seen, with when it became visible'),
    superseded: z.int().describe('A later change of the row was seen, or its effect; not timed'),
    unknown: z.int().describe('The write itself got no answer: either state is right'),
    unverified: z
      .int()
      .describe('Not seen before its deadline, or not followed: the backlog was full, or no time left'),
    lost: z.int().describe('Final state wrong after the drain'),
  })
  .meta({ id: 'CdcOutcomes' });
export type CdcOutcomes = z.infer<typeof CdcOutcomes>;

const Encoded = z.string().describe("HdrHistogram's V2 encoding, compressed, base64; nanoseconds, 3 digits");

/** Milliseconds; null when nothing was timed. */
const Latency = z.object({
  count: z.int(),
  minMs: z.number().nullable(),
  meanMs: z.number().nullable(),
  p50Ms: z.number().nullable(),
  p95Ms: z.number().nullable(),
  p99Ms: z.number().nullable(),
  maxMs: z.number().nullable(),
  hdr: z
    .object({ above: Encoded, below: Encoded.describe('Of those below 0, without their sign') })
    .optional()
    .describe(
      'What the figures are from, so that those of several executors can be merged; absent when nothing was timed',
    ),
});

const ClockOffset = z.object({
  offsetMs: z.number().describe('Clock of PostgreSQL less that of the executor, by the quickest of some round trips'),
  errorMs: z.number().describe('Half of that round trip'),
  driftMs: z.number().nullable().describe('How far the offset had moved at the end of the run'),
});

/** What a cdc run, or one executor's part of it, has found. */
export const CdcReport = z
  .object({
    kind: z.literal('cdc'),
    pipeline: z.enum(['external', 'simulated', 'scylla-log']),
    written: z.object({ insert: z.int(), update: z.int(), delete: z.int() }).describe('Successful writes'),
    failedWrites: z.int(),
    eventsPerSecond: z.number().describe('Successful writes, after the ramp'),
    errorShare: z.number().describe('Failed writes of all'),
    method: z.enum(['slot', 'poll', 'log', 'none']),
    methodNote: z.string().describe('Why this one, and what its error is'),
    sampledKeys: z.int(),
    sampledChanges: z.int(),
    outcomes: CdcOutcomes,
    verifiedShare: z
      .number()
      .describe('Timed and superseded ones of the sampled changes; unknown and unseen ones are on neither side'),
    unseen: z
      .int()
      .describe('Superseded ones of rows that are deleted and were never seen: nothing can be said of their way'),
    unverifiedBy: z.object({ deadline: z.int(), backlog: z.int(), notFollowed: z.int() }).describe('Why'),
    fromAck: Latency.describe('Acknowledgement to visible, milliseconds, negative ones included as they are'),
    fromSend: Latency.describe('When the write was sent to visible'),
    fromDue: Latency.describe('When the write was due to visible'),
    negativeFromAck: z.int().describe('Visible before the writer knew that it was written; in no histogram'),
    wrongRows: z
      .object({
        missing: z.int(),
        reappeared: z.int().describe('Deleted, and there'),
        stale: z.int().describe('Of an earlier change'),
        different: z.int().describe('Right seq, other content'),
      })
      .describe('Sampled keys whose final state is wrong'),
    wrongRowCount: z.int(),
    vanished: z.int().describe('Lost ones that had been seen before'),
    duplicates: z.int().nullable().describe('The same change applied again; null where the method cannot see it'),
    reordered: z.int().describe('Rows seen with an earlier seq than before'),
    reappearances: z.int().describe('Rows seen after they were seen deleted'),
    unexpectedDeletes: z.int().describe('Rows seen deleted that nobody had deleted'),
    queueDepthMax: z.int(),
    drainMs: z.number().describe('From the last write to when nothing was waited for any more'),
    drained: z.boolean().describe('False: the deadline came first'),
    pollGapMaxMs: z
      .number()
      .nullable()
      .describe('Longest time between two looks at a key: bounds the error of polling'),
    clock: ClockOffset.nullable(),
    sinkErrors: z.record(z.string(), z.int()).describe('Errors of PostgreSQL by class: connection, verify'),
    commitlogSyncPeriodMs: z.number().nullable().describe("The source's; null where it does not say"),
    commitlogNote: z.string(),
    simulated: z
      .object({ applied: z.int(), lost: z.int(), duplicated: z.int(), reordered: z.int() })
      .nullable()
      .describe('What the simulated pipeline did'),
  })
  .meta({ id: 'CdcReport' });
export type CdcReport = z.infer<typeof CdcReport>;
