import { OPCODE } from '#libs/cql/protocol.js';
import type { Facts } from '../faults/verdict.js';
import type { Call } from '../plan/call.js';
import type { Plan } from '../plan/environment.js';
import type { FrameCompression } from '../wire/frame-compression.js';
import { QueryParameters } from '../wire/query-parameters.js';
import type { Outbox } from '../wire/outbox.js';
import type { Cluster, Member } from './cluster.js';
import type { Statements } from './statements.js';

export type Stage = 'new' | 'authenticating' | 'ready';

/** Scylla's own code today; clients read it from SUPPORTED. */
const RATE_LIMIT_CODE = 0xf000;

/** What the cluster answers to clients that asked for rate limit errors. */
export const rateLimitCode = ({ cluster }: Session): number => cluster.options.rateLimitCode ?? RATE_LIMIT_CODE;

/** What one connection has agreed on, and the objects that its requests are worked on with. */
export class Session {
  stage: Stage = 'new';
  /** What STARTUP asked for. */
  compression: FrameCompression | undefined;
  keyspace: string | null = null;
  /** Event types that the client registered for. */
  readonly events = new Set<string>();
  /** What STARTUP said. */
  startup: ReadonlyMap<string, string> = new Map();
  readonly parameters = new QueryParameters();
  readonly call: Call;
  readonly facts: Facts;

  constructor(
    readonly cluster: Cluster,
    readonly member: Member,
    readonly statements: Statements,
    readonly shard: number,
    out: Outbox,
  ) {
    this.facts = {
      node: member.index,
      shard,
      opcode: 0,
      access: 'other',
      keyspace: '',
      table: '',
      consistency: 0,
      replicas: 1,
      inFlight: 0,
      isBatch: false,
      rateLimitCode: null,
      connection: this,
    };
    this.call = {
      bound: this.parameters.bound,
      wallMs: 0,
      timestampUs: 0,
      consistency: 0,
      serialConsistency: null,
      pageSize: 0,
      pagingState: null,
      skipMetadata: false,
      out,
      use: (keyspace) => {
        this.keyspace = keyspace;
      },
    };
  }

  /** What fault rules may ask about a request of this connection. */
  describe(opcode: number, plan: Plan | null, consistency: number, shard: number): Facts {
    const { facts, cluster, member } = this;
    facts.shard = shard;
    facts.opcode = opcode;
    facts.access = plan?.access ?? (opcode === OPCODE.BATCH ? 'write' : 'other');
    facts.keyspace = plan?.keyspace ?? '';
    facts.table = plan?.table ?? '';
    facts.consistency = consistency;
    facts.replicas = cluster.schema.keyspaces.get(facts.keyspace)?.replicas ?? 1;
    facts.inFlight = cluster.faults.inFlight(member.index);
    facts.isBatch = opcode === OPCODE.BATCH;
    facts.rateLimitCode = this.startup.has('SCYLLA_RATE_LIMIT_ERROR') ? rateLimitCode(this) : null;
    return facts;
  }

  /** Makes the call ready from the parameters just read. */
  begin(): Call {
    const { call, parameters } = this;
    call.bound = parameters.bound;
    call.wallMs = this.cluster.clock.epochMs();
    const given = parameters.timestampUs;
    call.timestampUs = Number.isNaN(given) ? this.cluster.timestampUs(call.wallMs) : given;
    call.consistency = parameters.consistency;
    call.serialConsistency = parameters.serialConsistency;
    call.pageSize = parameters.pageSize;
    call.pagingState = parameters.pagingState;
    call.skipMetadata = parameters.skipMetadata;
    return call;
  }
}
