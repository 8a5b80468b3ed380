import { compressSync as lz4, uncompressSync as unlz4 } from 'lz4-napi';
import { compressSync as snappy, uncompressSync as unsnappy } from 'snappy';
import { HEADER_BYTES, HEADER_FLAG, MAX_FRAME_BYTES } from '#libs/cql/protocol.js';

/** Packs and unpacks the bodies of frames (native protocol v4, section 5). */
export interface FrameCompression {
  pack(body: Buffer): Buffer;
  /** Undefined for what is no packed body. */
  unpack(body: Buffer): Buffer | undefined;
}

/** Answers as short as READY are sent as they are. */
const SMALLEST_BYTES = 64;
const LENGTH_BYTES = 4;

/** In frames the length is big-endian; the library puts it before its block little-endian. */
function turned(bytes: Buffer): Buffer {
  bytes.writeInt32LE(bytes.readInt32BE(0), 0);
  return bytes;
}

function orUndefined(unpack: () => Buffer): Buffer | undefined {
  try {
    return unpack();
  } catch {
    return undefined;
  }
}

/** Snappy says the length first: seven bits in each byte, the lowest first. */
function snappyLength(body: Buffer): number {
  let length = 0;
  for (const [at, byte] of body.subarray(0, 5).entries()) {
    length += (byte % 128) * 128 ** at;
    if (byte < 128) break;
  }
  return length;
}

/** By the name that clients say in STARTUP. */
export const FRAME_COMPRESSIONS: ReadonlyMap<string, FrameCompression> = new Map([
  [
    'lz4',
    {
      pack: (body: Buffer) => turned(lz4(body)),
      unpack: (body: Buffer) =>
        body.length < LENGTH_BYTES || body.readUInt32BE(0) > MAX_FRAME_BYTES
          ? undefined
          : orUndefined(() => unlz4(turned(Buffer.from(body)))),
    },
  ],
  [
    'snappy',
    {
      pack: (body: Buffer) => snappy(body),
      unpack: (body: Buffer) =>
        snappyLength(body) > MAX_FRAME_BYTES ? undefined : orUndefined(() => Buffer.from(unsnappy(body))),
    },
  ],
]);

/** Whole frames one behind the other, with the body of each packed where that makes it shorter. */
export function packFrames(compression: FrameCompression, frames: Buffer): Buffer {
  const parts: Buffer[] = [];
  let at = 0;
  while (at < frames.length) {
    const bodyAt = at + HEADER_BYTES;
    const end = bodyAt + frames.readInt32BE(at + 5);
    const body = frames.subarray(bodyAt, end);
    const packed = body.length < SMALLEST_BYTES ? body : compression.pack(body);
    const header = Buffer.from(frames.subarray(at, bodyAt));
    const isShorter = packed.length < body.length;
    if (isShorter) header[1] = (header[1] ?? 0) | HEADER_FLAG.COMPRESSION;
    const sent = isShorter ? packed : Buffer.from(body);
    header.writeInt32BE(sent.length, 5);
    parts.push(header, sent);
    at = end;
  }
  return Buffer.concat(parts);
}

/** A frame as it was before it was packed; undefined when it cannot be restored. */
export function unpackFrame(compression: FrameCompression, frame: Buffer): Buffer | undefined {
  const packed = frame.subarray(HEADER_BYTES);
  const body = packed.length === 0 ? packed : compression.unpack(packed);
  if (body === undefined) return undefined;
  const header = Buffer.from(frame.subarray(0, HEADER_BYTES));
  header[1] = (header[1] ?? 0) & ~HEADER_FLAG.COMPRESSION;
  header.writeInt32BE(body.length, 5);
  return Buffer.concat([header, body]);
}
