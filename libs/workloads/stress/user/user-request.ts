import type { Mismatch } from '#libs/contract/summary.js';
import type { RequestFrame } from '#libs/cql/request-frame.js';
import type { StressPlanSpec } from '../stress.schema.js';

/** The levels that statements of user profiles are sent with. */
export interface StatementLevels {
  consistency: StressPlanSpec['consistencyLevel'];
  /** Of conditional statements; the server's default, SERIAL, when absent. */
  serialConsistency?: 'LOCAL_SERIAL' | 'SERIAL' | undefined;
}

/** What an answer's rows say. */
export interface UserAnswer {
  /** An index into OUTCOMES. */
  outcome: number;
  rows: number;
  partitions: number;
  /** Where the rows are not those that were expected. */
  mismatch?: Mismatch | undefined;
}

/** A request that is ready to be sent. */
export interface UserRequest {
  frame: RequestFrame;
  /** Where it goes: the (first) partition's key as tokens are computed of it, or a token. */
  route: Buffer | bigint;
  /** How many rows and partitions it writes; of a query the answer's rows count. */
  rows: number;
  partitions: number;
  /** Reads the rows of its answer, which are at `start`..`end` after the result kind. Absent: they are only counted. */
  read?: (buffer: Buffer, start: number, end: number) => UserAnswer;
  /** It failed for good. */
  failed?: () => void;
}

/** The work items of the operation that is started: the first, how many, and those beyond the first. */
export interface WorkItems {
  readonly seed: number;
  readonly partitions: number;
  readonly further: Float64Array;
}

/** Makes one operation's requests. */
export interface UserOperationMaker {
  make(items: WorkItems): UserRequest;
  /** A new pass over the population begins: what a warm-up began is forgotten. */
  restart?(): void;
}

/** A key as tokens are computed of it: one column as it is, several each with its length before and a zero behind. */
export function routingKeyOf(key: readonly Buffer[]): Buffer {
  const [first = Buffer.alloc(0), ...rest] = key;
  if (rest.length === 0) return first;
  return Buffer.concat(
    key.flatMap((part) => {
      const length = Buffer.alloc(2);
      length.writeUInt16BE(part.length);
      return [length, part, Buffer.alloc(1)];
    }),
  );
}
