import { MalformedFrame } from './body-reader.js';
import { HEADER_BYTES, MAX_FRAME_BYTES, RESPONSE_V4 } from './protocol.js';

/**
 * Cuts a stream of bytes into frames. Whole frames are handed on in place; only one that is split between reads is copied
 * together. The buffer handed on is valid during the call only.
 */
export class FrameAssembler {
  private carry = Buffer.allocUnsafeSlow(4096);
  private carried = 0;

  constructor(private readonly onFrame: (buffer: Buffer, start: number, end: number) => void) {}

  /** Takes the first `length` bytes of `chunk`. Throws MalformedFrame for a length that no peer may announce. */
  receive(chunk: Buffer, length: number): void {
    let at = this.carried > 0 ? this.complete(chunk, length) : 0;
    while (length - at >= HEADER_BYTES) {
      const end = at + HEADER_BYTES + bodyLength(chunk, at);
      if (end > length) break;
      this.onFrame(chunk, at, end);
      at = end;
    }
    if (at < length) this.keep(chunk, at, length);
  }

  /** Fills up the carried frame; answers where the rest of the chunk begins. */
  private complete(chunk: Buffer, length: number): number {
    let at = 0;
    for (;;) {
      const need = this.carried < HEADER_BYTES ? HEADER_BYTES : HEADER_BYTES + bodyLength(this.carry, 0);
      if (this.carried === need) {
        this.carried = 0;
        this.onFrame(this.carry, 0, need);
        return at;
      }
      if (at === length) return at;
      const upTo = Math.min(length, at + need - this.carried);
      this.keep(chunk, at, upTo);
      at = upTo;
    }
  }

  private keep(chunk: Buffer, from: number, to: number): void {
    const needed = this.carried + (to - from);
    if (needed > this.carry.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(needed, this.carry.length * 2));
      this.carry.copy(larger, 0, 0, this.carried);
      this.carry = larger;
    }
    chunk.copy(this.carry, this.carried, from, to);
    this.carried = needed;
  }
}

function bodyLength(buffer: Buffer, at: number): number {
  if (buffer[at] !== RESPONSE_V4) {
    throw new MalformedFrame(
      `expected an answer of CQL protocol version 4, found version byte ${buffer[at]}: check that CQL is what listens there, and whether it wants TLS`,
    );
  }
  const length = buffer.readInt32BE(at + 5);
  if (length < 0 || length > MAX_FRAME_BYTES) {
    throw new MalformedFrame(`expected a body of at most ${MAX_FRAME_BYTES} bytes, found one that announces ${length}`);
  }
  return length;
}
