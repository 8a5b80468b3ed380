import { z } from 'zod';
import { Tls } from '#libs/contract/target.js';
import { QueryRate } from '#libs/workloads/query/query.schema.js';
import { parseConnectString, pathProblem } from '#libs/zk/connect-string.js';
import { mixOf, TASK_SETS, ZK_OPERATIONS } from './task-sets.js';

const ConnectString = z
  .string()
  .min(1)
  .max(8192)
  .superRefine((text, context) => {
    try {
      parseConnectString(text);
    } catch (error) {
      context.addIssue({ code: 'custom', message: error instanceof Error ? error.message : String(error) });
    }
  });

/** A path of a ZooKeeper server. */
export const ZkPath = z
  .string()
  .max(4096)
  .superRefine((path, context) => {
    const problem = pathProblem(path);
    if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
  });

/** An ensemble, as posted. `password` is write-only: it is stored encrypted and never answered. */
export const ZookeeperTarget = z
  .strictObject({
    connectString: ConnectString.describe('host:port[,host:port...][/chroot]; port 2181 when absent'),
    username: z.string().min(1).max(256).optional().describe('Of the login that spec.login names'),
    password: z.string().max(1024).optional().meta({ writeOnly: true }),
    tls: Tls.optional(),
    shared: z.boolean().default(false).describe('True lets this run share the target with other runs that say so too'),
  })
  .meta({ id: 'ZookeeperTarget' });
export type ZookeeperTarget = z.infer<typeof ZookeeperTarget>;

const Weight = z.int().min(0).max(1_000_000);

const ZookeeperFields = z.strictObject({
  taskSet: z.enum(TASK_SETS).optional().describe('What clients do, as the Locust harness has it'),
  weights: z
    .partialRecord(z.enum(ZK_OPERATIONS), Weight)
    .optional()
    .describe('In place of taskSet: operations and how often each is drawn'),
  clients: z.int().min(1).max(20_000).default(1).describe('Sessions per executor'),
  spawnPerSecond: z
    .number()
    .positive()
    .max(100_000)
    .optional()
    .describe('Sessions that each executor opens in a second of the run; when absent all are open before it starts'),
  lanes: z.int().min(1).max(256).default(1).describe('Load threads per executor, one core each'),
  pipeline: z.int().min(1).max(1024).default(1).describe('Operations of one session in flight at most'),
  waitMs: z
    .strictObject({ min: z.number().min(0).max(3_600_000), max: z.number().min(0).max(3_600_000) })
    .refine(({ min, max }) => max >= min, 'expected max not below min')
    .default({ min: 0, max: 0 })
    .describe('Pause of a client between two operations, drawn evenly'),
  rate: QueryRate.default({ model: 'closed' }),
  durationMs: z
    .int()
    .min(100)
    .max(30 * 86_400_000)
    .optional(),
  operations: z.int().min(1).max(1e12).optional().describe('Over all executors; the run ends when they are done'),
  chroot: ZkPath.optional().describe('Path that everything lies below; that of the connect string'),
  pseudoRoot: ZkPath.default('/').describe('Where the one znode is made that all of the run lies below'),
  keySizeBytes: z.int().min(1).max(512).default(8).describe('Length of names; longer where they would not differ'),
  valueSizeBytes: z.int().min(0).max(1_000_000).default(8),
  manyWatches: z.int().min(1).max(100_000).default(100).describe('Paths of each client for exists_negative_watch_many'),
  sessionTimeoutMs: z.int().min(100).max(600_000).default(10_000),
  operationTimeoutMs: z.int().min(10).max(600_000).default(10_000).describe('Counted as clientTimeout'),
  connectTimeoutMs: z.int().min(10).max(600_000).default(5_000).describe('Of one server'),
  login: z.enum(['none', 'digest', 'sasl']).default('none').describe("How the target's username and password are used"),
  access: z
    .enum(['open', 'creator'])
    .default('open')
    .describe('Of every znode: for everybody, or only for who made it, which takes a login'),
  errors: z
    .enum(['log', 'suppress', 'fail'])
    .default('log')
    .describe('What a failed operation does beside being counted: a line in the log, nothing, or the end of the run'),
  metrics: z
    .strictObject({
      intervalMs: z.int().min(100).max(3_600_000).describe('Between two samples of each server'),
      source: z.enum(['mntr', 'admin']).default('mntr').describe('Four-letter word, or the AdminServer by HTTP'),
      adminPort: z.int().min(1).max(65_535).default(8080),
      adminPorts: z
        .array(z.int().min(1).max(65_535))
        .max(64)
        .optional()
        .describe('Where it is not the same on every server: one for each, as in the connect string'),
    })
    .optional()
    .describe('Ask the servers for their own figures while the run is on'),
  stats: z
    .strictObject({ series: z.boolean().default(true), distributions: z.boolean().default(true) })
    .optional()
    .describe("Artifacts in the original's form: its CSV time series and full distributions"),
  bench: z
    .record(z.string().regex(/^[a-z][a-z0-9-]{0,63}$/, 'expected a name such as step-duration'), z.string().max(4096))
    .default({})
    .describe('Own parameters, kept and shown as they are'),
  log: z.strictObject({ intervalMs: z.int().min(100).max(3_600_000).default(1000) }).prefault({}),
  seed: z.int().min(0).default(1).describe('Of choices, pauses and values'),
});

/** Load on a ZooKeeper ensemble by many sessions. */
export const ZookeeperSpec = ZookeeperFields.superRefine((spec, context) => {
  const refuse = (path: string, message: string) => context.addIssue({ code: 'custom', path: [path], message });
  if ((spec.taskSet === undefined) === (spec.weights === undefined))
    refuse('taskSet', 'expected either taskSet or weights');
  const names = mixOf(spec).map(({ name }) => name);
  if (spec.weights !== undefined && names.length === 0) refuse('weights', 'expected a weight above 0');
  if (names.includes('delete') && !names.includes('create_ephemeral'))
    refuse('weights', 'expected create_ephemeral beside delete, which deletes what that has created');
  if (names.includes('watch') && spec.valueSizeBytes < 8)
    refuse('valueSizeBytes', 'expected at least 8 for watch, whose values carry a timestamp');
  if (names.includes('watch') && names.some((name) => WRITERS.has(name)))
    refuse('weights', 'expected no set, incr_set or multi beside watch: their values carry no timestamp');
  if (spec.durationMs === undefined && spec.operations === undefined)
    refuse('durationMs', 'expected durationMs, operations, or both');
  if (spec.rate.model === 'open' && spec.waitMs.max > 0)
    refuse('waitMs', 'expected none beside an open rate, which says when operations are due');
  if (spec.access === 'creator' && spec.login === 'none') refuse('access', 'expected open, or a login: digest or sasl');
  if (spec.lanes > spec.clients) refuse('lanes', `expected at most as many as clients, ${spec.clients}`);
}).meta({ id: 'ZookeeperSpec' });
export type ZookeeperSpec = z.infer<typeof ZookeeperSpec>;

const WRITERS: ReadonlySet<string> = new Set(['set', 'incr_set', 'multi']);

/** A time in which sessions were without a connection: from the first that lost it until all had one again. */
export const Outage = z
  .object({
    startMs: z.int().describe('Epoch milliseconds'),
    recoveredMs: z.number().nullable().describe('Milliseconds until every session was connected; null: not any more'),
    sessions: z.int().describe('That lost their connection meanwhile'),
  })
  .meta({ id: 'Outage' });
export type Outage = z.infer<typeof Outage>;

/** What became of the sessions of a run, or of one executor's part of it. */
export const ZookeeperReport = z
  .object({
    kind: z.literal('zookeeper'),
    root: z.string().describe('The one znode that all of the run lay below'),
    sessions: z.int().describe('Opened by clients, those of connect not counted'),
    connectionLosses: z.int(),
    sessionsExpired: z.int(),
    sessionsMoved: z.int().describe('Kept, on another server than before'),
    watchesRearmed: z.int(),
    recovery: z
      .object({ count: z.int(), meanMs: z.number(), maxMs: z.number() })
      .describe('From the loss of a connection to the next, of each session'),
    outages: z.array(Outage).describe('The first 100'),
    leaderChanges: z.int().describe('As seen by the samples of the servers'),
    samples: z.int().describe("Of the servers' own figures"),
    failedSamples: z.int(),
    bench: z.record(z.string(), z.string()),
  })
  .meta({ id: 'ZookeeperReport' });
export type ZookeeperReport = z.infer<typeof ZookeeperReport>;
