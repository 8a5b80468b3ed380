import { BodyWriter } from './body-writer.js';
import { CONSISTENCY, HEADER_BYTES, OPCODE, QUERY_FLAG } from './protocol.js';
import type { PreparedStatement } from './prepared.js';
import type { RequestFrame } from './request-frame.js';

/**
 * A request with everything but stream id and values in place. To send it: copy `bytes`, patch the stream id (bytes
 * 2 and 3), write value v of `valueLengths[v]` bytes at `valueOffsets[v]`.
 */
export interface FrameTemplate extends RequestFrame {
  /** Where each value's bytes begin, from the start of the frame. */
  readonly valueOffsets: Int32Array;
}

/**
 * A request up to its first value, for values whose lengths differ from one operation to the next: `begin` is told how
 * many bytes follow, and the caller writes each value with its length before it. EXECUTE of a prepared statement, QUERY of
 * one that is a text.
 */
export function frameHead(
  statement: PreparedStatement | string,
  consistency: keyof typeof CONSISTENCY,
  values: number,
): RequestFrame {
  const writer = new BodyWriter();
  if (typeof statement === 'string') writer.longString(statement);
  else writer.shortBytes(statement.id);
  writer.short(CONSISTENCY[consistency]);
  writer.byte(QUERY_FLAG.VALUES | QUERY_FLAG.SKIP_METADATA).short(values);
  return typeof statement === 'string'
    ? { bytes: writer.frame(OPCODE.QUERY), statements: [] }
    : { bytes: writer.frame(OPCODE.EXECUTE), statements: [statement] };
}

/** Encodes the frame once for values of fixed lengths; metadata is not asked for again. */
export function frameTemplate(
  statement: PreparedStatement | string,
  consistency: keyof typeof CONSISTENCY,
  valueLengths: readonly number[],
): FrameTemplate {
  const head = frameHead(statement, consistency, valueLengths.length);
  const bytes = Buffer.alloc(head.bytes.length + valueLengths.reduce((sum, length) => sum + 4 + length, 0));
  let at = head.bytes.copy(bytes);
  bytes.writeInt32BE(bytes.length - HEADER_BYTES, 5);
  const valueOffsets = new Int32Array(valueLengths.length);
  for (const [index, length] of valueLengths.entries()) {
    at = bytes.writeInt32BE(length, at);
    valueOffsets[index] = at;
    at += length;
  }
  return { ...head, bytes, valueOffsets };
}
