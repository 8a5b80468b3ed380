import type { CqlError } from '../cql-error.js';
import type { Access } from '../plan/environment.js';

/** What a fault rule may ask about a request; one object a connection, filled anew for each request. */
export interface Facts {
  node: number;
  /** Of the node: the one that works on the request. */
  shard: number;
  opcode: number;
  access: Access;
  keyspace: string;
  table: string;
  consistency: number;
  /** Copies that the keyspace keeps. */
  replicas: number;
  /** Requests of the node that are held back just now. */
  inFlight: number;
  /** BATCH, as its write timeouts say. */
  isBatch: boolean;
  /** Code of rate limit errors, where the client asked for them. */
  rateLimitCode: number | null;
  /** The connection, to count its requests by. */
  connection: object;
}

/** What happens to a request. */
export interface Verdict {
  /** When the answer leaves, ms on the engine's clock. */
  dueMs: number;
  error: CqlError | null;
  /** With an error: the statement is carried out all the same. */
  isApplied: boolean;
  /** No answer ever. */
  isSilent: boolean;
  /** The connection is cut instead of an answer. */
  isCut: boolean;
}
