import { BodyWriter } from './body-writer.js';
import { CONSISTENCY, OPCODE, QUERY_FLAG } from './protocol.js';
import type { PreparedStatement } from './prepared.js';
import type { RequestFrame } from './request-frame.js';

/** The two requests of a statement whose answer comes in pages, each up to its first value. */
export interface PagedHeads {
  /** Behind the values: the page size, 4 bytes. */
  first: RequestFrame;
  /** Behind the values: the page size, and the paging state as [bytes]. */
  next: RequestFrame;
}

function head(statement: PreparedStatement, consistency: keyof typeof CONSISTENCY, values: number, flags: number) {
  const writer = new BodyWriter().shortBytes(statement.id).short(CONSISTENCY[consistency]);
  writer.byte(QUERY_FLAG.VALUES | QUERY_FLAG.SKIP_METADATA | QUERY_FLAG.PAGE_SIZE | flags).short(values);
  return { bytes: writer.frame(OPCODE.EXECUTE), statements: [statement] };
}

/** EXECUTE frames that `begin` is told the length of the rest of (native protocol v4, section 4.1.4). */
export const pagedHeads = (
  statement: PreparedStatement,
  consistency: keyof typeof CONSISTENCY,
  values: number,
): PagedHeads => ({
  first: head(statement, consistency, values, 0),
  next: head(statement, consistency, values, QUERY_FLAG.PAGING_STATE),
});
