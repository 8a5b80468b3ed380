import { BodyWriter } from './body-writer.js';
import type { PreparedStatement } from './prepared.js';
import { CONSISTENCY, OPCODE, QUERY_FLAG } from './protocol.js';
import type { RequestFrame } from './request-frame.js';

export interface ExecuteOptions {
  consistency: keyof typeof CONSISTENCY;
  /** Of a conditional statement; the server's default, SERIAL, when absent. */
  serialConsistency?: 'SERIAL' | 'LOCAL_SERIAL' | undefined;
  /** Rows of one answer at most; all of them when absent. */
  pageSize?: number | undefined;
  /** Where the answer before ended. */
  pagingState?: Uint8Array | undefined;
}

/**
 * Encodes an EXECUTE request with its values (CQL binary; null for a null, undefined for one that is not set) and without metadata in the answer (native
 * protocol v4, sections 4.1.4 and 4.1.6).
 */
export function executeFrame(
  statement: PreparedStatement,
  { consistency, serialConsistency, pageSize, pagingState }: ExecuteOptions,
  values: readonly (Uint8Array | null | undefined)[],
): RequestFrame {
  const flags =
    QUERY_FLAG.VALUES |
    QUERY_FLAG.SKIP_METADATA |
    (pageSize === undefined ? 0 : QUERY_FLAG.PAGE_SIZE) |
    (pagingState === undefined ? 0 : QUERY_FLAG.PAGING_STATE) |
    (serialConsistency === undefined ? 0 : QUERY_FLAG.SERIAL);
  const writer = new BodyWriter().shortBytes(statement.id).short(CONSISTENCY[consistency]).byte(flags);
  writer.short(values.length);
  for (const value of values) writer.bytes(value);
  if (pageSize !== undefined) writer.int(pageSize);
  if (pagingState !== undefined) writer.bytes(pagingState);
  if (serialConsistency !== undefined) writer.short(CONSISTENCY[serialConsistency]);
  return { bytes: writer.frame(OPCODE.EXECUTE), statements: [statement] };
}
