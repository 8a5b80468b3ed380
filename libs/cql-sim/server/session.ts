import type { Call } from '../plan/call.js';
import { QueryParameters } from '../wire/query-parameters.js';
import type { Outbox } from '../wire/outbox.js';
import type { Cluster, Member } from './cluster.js';
import type { Statements } from './statements.js';

export type Stage = 'new' | 'authenticating' | 'ready';

/** What one connection has agreed on, and the objects that its requests are worked on with. */
export class Session {
  stage: Stage = 'new';
  keyspace: string | null = null;
  /** Event types that the client registered for. */
  readonly events = new Set<string>();
  /** What STARTUP said. */
  startup: ReadonlyMap<string, string> = new Map();
  readonly parameters = new QueryParameters();
  readonly call: Call;

  constructor(
    readonly cluster: Cluster,
    readonly member: Member,
    readonly statements: Statements,
    readonly shard: number,
    out: Outbox,
  ) {
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

  /** Makes the call ready from the parameters just read. */
  begin(): Call {
    const { call, parameters } = this;
    call.bound = parameters.bound;
    call.wallMs = this.cluster.time.wallMs();
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
