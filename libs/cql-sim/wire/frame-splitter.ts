import { HEADER_BYTES, MAX_FRAME_BYTES } from '#libs/cql/protocol.js';

/** Takes frames as they come; false stops the splitter (the connection is over). */
export interface FrameSink {
  frame(buffer: Buffer, start: number, bodyBytes: number): boolean;
  oversized(bodyBytes: number): void;
}

/** Cuts a byte stream into CQL frames. Frames that lie whole in a chunk are read in place. */
export class FrameSplitter {
  private parts: Buffer[] = [];
  private partBytes = 0;
  private missing = 0;

  constructor(private readonly sink: FrameSink) {}

  push(incoming: Buffer): void {
    let chunk = incoming;
    if (this.partBytes > 0) {
      this.parts.push(chunk);
      this.partBytes += chunk.length;
      // Joining waits until the frame is whole: a large frame is copied once, not once a chunk.
      if (this.partBytes < this.missing) return;
      chunk = Buffer.concat(this.parts, this.partBytes);
      this.parts = [];
      this.partBytes = 0;
    }
    this.split(chunk);
  }

  private split(chunk: Buffer): void {
    let at = 0;
    const end = chunk.length;
    while (end - at >= HEADER_BYTES) {
      const bodyBytes = chunk.readInt32BE(at + 5);
      if (bodyBytes < 0 || bodyBytes > MAX_FRAME_BYTES) return this.sink.oversized(bodyBytes);
      const next = at + HEADER_BYTES + bodyBytes;
      if (next > end) {
        this.keep(chunk, at, HEADER_BYTES + bodyBytes);
        return;
      }
      if (!this.sink.frame(chunk, at, bodyBytes)) return;
      at = next;
    }
    if (at < end) this.keep(chunk, at, HEADER_BYTES);
  }

  private keep(chunk: Buffer, at: number, wantedBytes: number): void {
    const rest = chunk.subarray(at);
    this.parts = [rest];
    this.partBytes = rest.length;
    this.missing = wantedBytes;
  }
}
