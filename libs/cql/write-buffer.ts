import type { Socket } from 'node:net';
import { compressFrame, type FrameCodec } from './frame-codec.js';
import { HEADER_BYTES } from './protocol.js';

const CHUNK_BYTES = 256 * 1024;
/** Chunks kept for reuse; more than this is given back to the garbage collector. */
const SPARE_CHUNKS = 8;

interface Chunk {
  bytes: Buffer;
  /** Writes of this chunk that the socket has not finished with. */
  writing: number;
  retired: boolean;
}

/**
 * Frames of one turn are appended to a chunk and leave in one write on `flush`. Chunks are recycled once the socket is done
 * with them, so that sending allocates per turn, never per operation.
 */
export class WriteBuffer {
  /** The chunk that is being filled. */
  out: Buffer;
  bytesSent = 0;
  /** Frames leave compressed from now on; undefined: as they are. */
  codec: FrameCodec | undefined;
  private chunk: Chunk;
  private readonly spare: Chunk[] = [];
  private filled = 0;
  private flushed = 0;

  constructor(private readonly socket: Socket) {
    this.chunk = { bytes: Buffer.allocUnsafeSlow(CHUNK_BYTES), writing: 0, retired: false };
    this.out = this.chunk.bytes;
  }

  /** Makes room for a frame and answers where in `out` it begins. */
  reserve(bytes: number): number {
    if (this.filled + bytes > this.out.length) this.next(bytes);
    const at = this.filled;
    this.filled += bytes;
    return at;
  }

  /** Copies a frame in; answers where it begins. */
  append(frame: Uint8Array): number {
    const at = this.reserve(frame.length);
    this.out.set(frame, at);
    return at;
  }

  flush(): void {
    const { chunk, flushed, filled } = this;
    if (filled === flushed) return;
    this.flushed = filled;
    if (this.codec !== undefined) return this.send(this.codec, chunk.bytes.subarray(flushed, filled));
    this.bytesSent += filled - flushed;
    chunk.writing++;
    this.socket.write(chunk.bytes.subarray(flushed, filled), () => {
      chunk.writing--;
      this.recycle(chunk);
    });
  }

  private send(codec: FrameCodec, frames: Buffer): void {
    const parts: Buffer[] = [];
    for (let at = 0; at < frames.length;) {
      const end = at + HEADER_BYTES + frames.readInt32BE(at + 5);
      parts.push(compressFrame(codec, frames.subarray(at, end)));
      at = end;
    }
    // A copy, so that the chunk may be filled again at once.
    const bytes = Buffer.concat(parts);
    this.bytesSent += bytes.length;
    this.socket.write(bytes);
  }

  private next(bytes: number): void {
    this.flush();
    const old = this.chunk;
    old.retired = true;
    this.chunk =
      bytes > CHUNK_BYTES
        ? { bytes: Buffer.allocUnsafeSlow(bytes), writing: 0, retired: false }
        : (this.spare.pop() ?? { bytes: Buffer.allocUnsafeSlow(CHUNK_BYTES), writing: 0, retired: false });
    this.chunk.retired = false;
    this.out = this.chunk.bytes;
    this.filled = 0;
    this.flushed = 0;
    this.recycle(old);
  }

  private recycle(chunk: Chunk): void {
    if (!chunk.retired || chunk.writing > 0 || chunk.bytes.length !== CHUNK_BYTES) return;
    if (this.spare.length < SPARE_CHUNKS && !this.spare.includes(chunk)) this.spare.push(chunk);
  }
}
