import type { Socket } from 'node:net';

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
  /** Makes what leaves of what was appended, in a buffer of its own; undefined: it leaves as it is. */
  pack: ((bytes: Buffer) => Buffer) | undefined;
  private chunk: Chunk;
  private readonly spare: Chunk[] = [];
  private filled = 0;
  private flushed = 0;

  /** `chunkBytes`: what is filled before another is begun; a frame may be larger. */
  constructor(
    private readonly socket: Socket,
    private readonly chunkBytes = CHUNK_BYTES,
  ) {
    this.chunk = { bytes: Buffer.allocUnsafeSlow(chunkBytes), writing: 0, retired: false };
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
    if (this.pack !== undefined) return this.send(this.pack(chunk.bytes.subarray(flushed, filled)));
    this.bytesSent += filled - flushed;
    chunk.writing++;
    this.socket.write(chunk.bytes.subarray(flushed, filled), () => {
      chunk.writing--;
      this.recycle(chunk);
    });
  }

  private send(bytes: Buffer): void {
    this.bytesSent += bytes.length;
    this.socket.write(bytes);
  }

  private next(bytes: number): void {
    this.flush();
    const old = this.chunk;
    old.retired = true;
    this.chunk =
      bytes > this.chunkBytes
        ? { bytes: Buffer.allocUnsafeSlow(bytes), writing: 0, retired: false }
        : (this.spare.pop() ?? { bytes: Buffer.allocUnsafeSlow(this.chunkBytes), writing: 0, retired: false });
    this.chunk.retired = false;
    this.out = this.chunk.bytes;
    this.filled = 0;
    this.flushed = 0;
    this.recycle(old);
  }

  private recycle(chunk: Chunk): void {
    if (!chunk.retired || chunk.writing > 0 || chunk.bytes.length !== this.chunkBytes) return;
    if (this.spare.length < SPARE_CHUNKS && !this.spare.includes(chunk)) this.spare.push(chunk);
  }
}
