import { CONSISTENCY, HEADER_BYTES, OPCODE, QUERY_FLAG, REQUEST_V4 } from './protocol.js';
import type { PreparedStatement } from './prepared.js';
import type { RequestFrame } from './request-frame.js';

/**
 * An EXECUTE frame with everything but stream id and values in place. To send it: copy `bytes`, patch the stream id (bytes
 * 2 and 3), write value v of `valueLengths[v]` bytes at `valueOffsets[v]`.
 */
export interface FrameTemplate extends RequestFrame {
  /** Where each value's bytes begin, from the start of the frame. */
  readonly valueOffsets: Int32Array;
}

/** Encodes the frame once for values of fixed lengths; metadata is not asked for again. */
export function frameTemplate(
  statement: PreparedStatement,
  consistency: keyof typeof CONSISTENCY,
  valueLengths: readonly number[],
): FrameTemplate {
  const { id } = statement;
  const fixed = HEADER_BYTES + 2 + id.length + 2 + 1 + 2;
  const bytes = Buffer.alloc(fixed + valueLengths.reduce((sum, length) => sum + 4 + length, 0));
  bytes[0] = REQUEST_V4;
  bytes[4] = OPCODE.EXECUTE;
  bytes.writeInt32BE(bytes.length - HEADER_BYTES, 5);
  let at = bytes.writeUInt16BE(id.length, HEADER_BYTES);
  at += id.copy(bytes, at);
  at = bytes.writeUInt16BE(CONSISTENCY[consistency], at);
  at = bytes.writeUInt8(QUERY_FLAG.VALUES | QUERY_FLAG.SKIP_METADATA, at);
  at = bytes.writeUInt16BE(valueLengths.length, at);
  const valueOffsets = new Int32Array(valueLengths.length);
  for (const [index, length] of valueLengths.entries()) {
    at = bytes.writeInt32BE(length, at);
    valueOffsets[index] = at;
    at += length;
  }
  return { statements: [statement], bytes, valueOffsets };
}
