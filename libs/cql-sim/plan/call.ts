import type { CqlType } from '../lang/cql-type.js';
import type { BoundValues } from '../wire/bound-values.js';
import type { Outbox } from '../wire/outbox.js';

/** What a plan is run with; one object a connection, filled anew for each request. */
export interface Call {
  bound: BoundValues;
  /** Wall time of this request, ms; what TTLs and now() are reckoned by. */
  wallMs: number;
  /** Write time of this request, µs: the client's, else the server's. */
  timestampUs: number;
  consistency: number;
  serialConsistency: number | null;
  pageSize: number;
  pagingState: string | null;
  skipMetadata: boolean;
  /** The answer: a frame of opcode RESULT is open, and the plan writes its body. */
  out: Outbox;
  /** Makes `keyspace` the connection's own (USE). */
  use(keyspace: string): void;
}

/** A bound marker, as PREPARED describes it. */
export interface Variable {
  keyspace: string;
  table: string;
  name: string;
  type: CqlType;
}
