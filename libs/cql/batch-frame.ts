import { BodyWriter } from './body-writer.js';
import type { PreparedStatement } from './prepared.js';
import { CONSISTENCY, OPCODE, QUERY_FLAG } from './protocol.js';
import type { RequestFrame } from './request-frame.js';

/** Kinds of a batch, as the protocol numbers them (native protocol v4, section 4.1.7). */
const BATCH_TYPE = { logged: 0, unlogged: 1, counter: 2 } as const;
const SIMPLE = 0;
const PREPARED = 1;

export type BatchType = keyof typeof BATCH_TYPE;

/** A statement of a batch, prepared or as text, with its values as CQL binary; null for a null, undefined for one that is not set. */
export interface BatchEntry {
  statement: PreparedStatement | string;
  values: readonly (Uint8Array | null | undefined)[];
}

export interface BatchOptions {
  type: BatchType;
  consistency: keyof typeof CONSISTENCY;
  serialConsistency?: 'SERIAL' | 'LOCAL_SERIAL' | undefined;
  /** Of every write in it, microseconds since 1970; the server's clock when absent. */
  timestampUs?: bigint | undefined;
}

/** Encodes a BATCH request. All prepared statements in it are prepared anew where a server has forgotten one. */
export function batchFrame(entries: readonly BatchEntry[], options: BatchOptions): RequestFrame {
  const { type, consistency, serialConsistency, timestampUs } = options;
  const writer = new BodyWriter().byte(BATCH_TYPE[type]).short(entries.length);
  const statements = new Set<PreparedStatement>();
  for (const { statement, values } of entries) {
    if (typeof statement === 'string') writer.byte(SIMPLE).longString(statement);
    else {
      writer.byte(PREPARED).shortBytes(statement.id);
      statements.add(statement);
    }
    writer.short(values.length);
    for (const value of values) writer.bytes(value);
  }
  writer.short(CONSISTENCY[consistency]);
  writer.byte(
    (serialConsistency === undefined ? 0 : QUERY_FLAG.SERIAL) | (timestampUs === undefined ? 0 : QUERY_FLAG.TIMESTAMP),
  );
  if (serialConsistency !== undefined) writer.short(CONSISTENCY[serialConsistency]);
  if (timestampUs !== undefined) {
    const time = Buffer.alloc(8);
    time.writeBigInt64BE(timestampUs);
    writer.raw(time);
  }
  return { bytes: writer.frame(OPCODE.BATCH), statements: [...statements] };
}
