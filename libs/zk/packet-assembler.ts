import { MalformedAnswer } from './jute-reader.js';
import { LENGTH_BYTES } from './protocol.js';

/**
 * Cuts a stream of bytes into packets. Whole packets are handed on in place, without their length; only one that is split
 * between reads is copied together. The buffer handed on is valid during the call only.
 */
export class PacketAssembler {
  private carry = Buffer.allocUnsafeSlow(LENGTH_BYTES);
  private carried = 0;

  /** `maxBytes`: what a packet may announce; more than that is taken for another protocol. */
  constructor(
    private readonly maxBytes: number,
    private readonly onPacket: (buffer: Buffer, start: number, end: number) => void,
  ) {}

  /** Takes the first `length` bytes of `chunk`. Throws MalformedAnswer for a length that no server may announce. */
  receive(chunk: Buffer, length: number): void {
    let at = this.carried > 0 ? this.complete(chunk, length) : 0;
    while (length - at >= LENGTH_BYTES) {
      const start = at + LENGTH_BYTES;
      const end = start + this.lengthAt(chunk, at);
      if (end > length) break;
      this.onPacket(chunk, start, end);
      at = end;
    }
    if (at < length) this.keep(chunk, at, length);
  }

  /** Fills up the carried packet; answers where the rest of the chunk begins. */
  private complete(chunk: Buffer, length: number): number {
    let at = 0;
    for (;;) {
      const need = this.carried < LENGTH_BYTES ? LENGTH_BYTES : LENGTH_BYTES + this.lengthAt(this.carry, 0);
      if (this.carried === need) {
        const whole = this.carry;
        this.carried = 0;
        this.onPacket(whole, LENGTH_BYTES, need);
        // A rare large answer does not hold its memory for good.
        if (whole.length > LARGE_BYTES) this.carry = Buffer.allocUnsafeSlow(LENGTH_BYTES);
        return at;
      }
      if (at === length) return at;
      const upTo = Math.min(length, at + need - this.carried);
      this.keep(chunk, at, upTo);
      at = upTo;
    }
  }

  /** Room grows with what has come, never with what is announced. */
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

  private lengthAt(buffer: Buffer, at: number): number {
    const length = buffer.readInt32BE(at);
    if (length < 0 || length > this.maxBytes)
      throw new MalformedAnswer(
        `expected an answer of at most ${this.maxBytes} bytes, found one that announces ${length}: check that ZooKeeper is what listens there, and whether it wants TLS`,
      );
    return length;
  }
}

const LARGE_BYTES = 1024 * 1024;
