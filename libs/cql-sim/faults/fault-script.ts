import { z } from 'zod';

const share = z.number().min(0).max(1).meta({ description: 'Part of the requests that it hits, 0 to 1' });
/** Beyond this (24 days) a timer of Node fires at once. */
const MAX_MS = 2_147_000_000;
const ms = z.number().min(0).max(MAX_MS);
const opcode = z.enum(['OPTIONS', 'STARTUP', 'AUTH_RESPONSE', 'REGISTER', 'QUERY', 'PREPARE', 'EXECUTE', 'BATCH']);

/** Which requests a fault is about; what is not said does not matter. Times count from the script's start. */
const Where = z
  .strictObject({
    nodes: z.array(z.int().min(0)).optional(),
    /** Those that hold the partition; of a request without a key, that of its connection. */
    shards: z.array(z.int().min(0)).optional(),
    /** Default: EXECUTE and BATCH, so that connecting and preparing stay sound. */
    opcodes: z.array(opcode).optional(),
    access: z.enum(['read', 'write']).optional(),
    /** `table` or `keyspace.table`. */
    table: z.string().optional(),
    fromMs: ms.optional(),
    untilMs: ms.optional(),
  })
  .default({});

const Distribution = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('fixed'), ms }),
  z.strictObject({ type: z.literal('uniform'), fromMs: ms, toMs: ms }),
  z.strictObject({ type: z.literal('lognormal'), medianMs: ms, sigma: z.number().min(0), maxMs: ms.optional() }),
]);
export type Distribution = z.infer<typeof Distribution>;

const ERROR_NAMES = [
  'SERVER',
  'PROTOCOL',
  'UNAVAILABLE',
  'OVERLOADED',
  'BOOTSTRAPPING',
  'TRUNCATE',
  'WRITE_TIMEOUT',
  'READ_TIMEOUT',
  'READ_FAILURE',
  'WRITE_FAILURE',
  'SYNTAX',
  'UNAUTHORIZED',
  'INVALID',
  'CONFIG',
  'RATE_LIMIT',
] as const;

export const Fault = z.discriminatedUnion('kind', [
  /** Answers leave so much later. Several latencies add up. */
  z.strictObject({ kind: z.literal('latency'), where: Where, distribution: Distribution }),
  /** No answer leaves for `forMs` from `atMs` on (and again every `everyMs`); then all leave, in order. */
  z.strictObject({
    kind: z.literal('stall'),
    where: Where,
    atMs: ms,
    forMs: ms,
    everyMs: z.number().positive().max(MAX_MS).optional(),
  }),
  /** At most so many requests a second for each node (with `where.shards`, each shard): one server with a queue. */
  z.strictObject({
    kind: z.literal('capacity'),
    where: Where,
    perSecond: z.number().positive(),
    /**
     * So much idle time is made up for by faster service: without it, what comes late because the machine stood still
     * for a moment is capacity that is gone, and near the limit the queue of that moment stays.
     */
    idleCreditMs: ms.default(0),
    /** Requests beyond so many waiting get Overloaded. */
    maxQueue: z.int().min(0).optional(),
  }),
  /** ERROR 0x1001 for a share of the requests, or for those above so many in flight on a node. */
  z.strictObject({
    kind: z.literal('overload'),
    where: Where,
    share: share.optional(),
    aboveInFlight: z.int().min(0).optional(),
  }),
  /** Never answered. The statement is carried out all the same: only the answer is lost. */
  z.strictObject({ kind: z.literal('silence'), where: Where, share }),
  /** An ERROR frame; the statement is not carried out unless `applied`. */
  z.strictObject({
    kind: z.literal('error'),
    where: Where,
    share: share.default(1),
    code: z.union([z.enum(ERROR_NAMES), z.int().min(0).max(0xffff)]),
    message: z.string().optional(),
    applied: z.boolean().default(false),
  }),
  /** Cuts a connection after so many requests on it, or all connections of the nodes at a time. */
  z.strictObject({
    kind: z.literal('disconnect'),
    where: Where,
    afterRequests: z.int().positive().optional(),
    atMs: ms.optional(),
    everyMs: z.number().positive().max(MAX_MS).optional(),
  }),
  /** Takes a node down, and up again at `upAtMs`. */
  z.strictObject({ kind: z.literal('down'), node: z.int().min(0), atMs: ms, upAtMs: ms.optional() }),
  /** So many rows of ScyllaDB's CDC log become visible this much after their write was acknowledged. */
  z.strictObject({ kind: z.literal('cdc-late'), share: share.default(1), ms }),
  /** New streams of the CDC log are told of, and written to `leadMs` later; as after a change of the ring. */
  z.strictObject({ kind: z.literal('cdc-generation'), atMs: ms, leadMs: ms.default(1_000) }),
  /** All nodes forget their prepared statements. */
  z.strictObject({ kind: z.literal('forget-prepared'), atMs: ms }),
]);
export type Fault = z.infer<typeof Fault>;

/** What goes wrong and when. The same script and seed give the same faults for the same requests. */
export const FaultScript = z
  .strictObject({
    seed: z.int().default(1),
    /** When time 0 is: when the script is applied, or at the first EXECUTE or BATCH after it. */
    origin: z.enum(['applied', 'first-operation']).default('applied'),
    faults: z.array(Fault).default([]),
  })
  .meta({ id: 'FaultScript' });
export type FaultScript = z.infer<typeof FaultScript>;
export type FaultScriptInput = z.input<typeof FaultScript>;
