import { HEADER_BYTES, HEADER_FLAG, MAX_FRAME_BYTES } from './protocol.js';

export type Compression = 'lz4' | 'snappy';

/** Compresses and restores the bodies of frames (native protocol v4, section 5). */
export interface FrameCodec {
  compress(body: Buffer): Buffer;
  /** Bytes that `decompress` will make of it, as it announces. */
  sizeOf(packed: Buffer): number;
  decompress(packed: Buffer): Buffer;
}

const LZ4_LENGTH_BYTES = 4;
/** Smaller bodies are sent as they are: most of them would not shrink. */
const SMALLEST_BODY = 64;

/** LZ4 blocks behind their size: most significant byte first in frames, least significant first in the library. */
async function lz4(): Promise<FrameCodec> {
  const { compressSync, uncompressSync } = await import('lz4-napi');
  const turned = (bytes: Buffer): Buffer => {
    bytes.subarray(0, LZ4_LENGTH_BYTES).swap32();
    return bytes;
  };
  return {
    compress: (body) => turned(compressSync(body)),
    sizeOf: (packed) => packed.readInt32BE(0),
    decompress: (packed) => uncompressSync(turned(Buffer.from(packed))),
  };
}

/** The size is a number of seven bits a byte, the lowest first. */
function snappySize(packed: Buffer): number {
  let size = 0;
  for (let at = 0; at < 5; at++) {
    const byte = packed.readUInt8(at);
    size += (byte & 0x7f) * 2 ** (7 * at);
    if (byte < 0x80) break;
  }
  return size;
}

async function snappy(): Promise<FrameCodec> {
  const { compressSync, uncompressSync } = await import('snappy');
  return {
    compress: (body) => compressSync(body),
    sizeOf: snappySize,
    decompress: (packed) => {
      const body = uncompressSync(packed, { asBuffer: true });
      return typeof body === 'string' ? Buffer.from(body) : body;
    },
  };
}

const CODECS: { [C in Compression]: () => Promise<FrameCodec> } = { lz4, snappy };

/** The codec of an algorithm; its library is loaded only where it is asked for. */
export const frameCodec = (compression: Compression): Promise<FrameCodec> => CODECS[compression]();

/** A frame with its body compressed, or the frame itself where that would gain nothing. */
export function compressFrame(codec: FrameCodec, frame: Buffer): Buffer {
  const body = frame.subarray(HEADER_BYTES);
  if (body.length < SMALLEST_BODY) return frame;
  const packed = codec.compress(body);
  return packed.length < body.length ? withBody(frame, packed, HEADER_FLAG.COMPRESSION) : frame;
}

/** The same for frames that stand one behind the other; always a copy. */
export function compressFrames(codec: FrameCodec, frames: Buffer): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; at < frames.length;) {
    const end = at + HEADER_BYTES + frames.readInt32BE(at + 5);
    parts.push(compressFrame(codec, frames.subarray(at, end)));
    at = end;
  }
  return Buffer.concat(parts);
}

/** The frame that was compressed. Throws for a body that is no compressed one, or announces more than a frame may have. */
export function decompressFrame(codec: FrameCodec, frame: Buffer): Buffer {
  const packed = frame.subarray(HEADER_BYTES);
  if (packed.length === 0) return withBody(frame, packed, 0);
  const size = codec.sizeOf(packed);
  if (size < 0 || size > MAX_FRAME_BYTES)
    throw new Error(`expected a body of at most ${MAX_FRAME_BYTES} bytes, found one that announces ${size}`);
  return withBody(frame, codec.decompress(packed), 0);
}

function withBody(frame: Buffer, body: Buffer, flag: number): Buffer {
  const made = Buffer.allocUnsafe(HEADER_BYTES + body.length);
  frame.copy(made, 0, 0, HEADER_BYTES);
  made[1] = ((frame[1] ?? 0) & ~HEADER_FLAG.COMPRESSION) | flag;
  made.writeInt32BE(body.length, 5);
  body.copy(made, HEADER_BYTES);
  return made;
}
