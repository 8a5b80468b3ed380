const SMALLEST_CARRY = 4096;
/** A carry beyond this is given back after the piece that needed it. */
const LARGEST_CARRY = 1024 * 1024;

/**
 * Cuts a stream of bytes into pieces, each a head of a fixed size that says how much follows. Whole pieces are handed on in
 * place; only one that is split between reads is copied together. The buffer handed on is valid during the call only.
 */
export class PieceCutter {
  private carry = Buffer.allocUnsafeSlow(SMALLEST_CARRY);
  private carried = 0;

  /** `bytesAfter` reads, from a head at `at`, how many bytes follow it; it throws for what no peer may announce. */
  constructor(
    private readonly headBytes: number,
    private readonly bytesAfter: (buffer: Buffer, at: number) => number,
    private readonly onPiece: (buffer: Buffer, start: number, end: number) => void,
  ) {}

  /** Takes the first `length` bytes of `chunk`. Throws what `bytesAfter` throws. */
  receive(chunk: Buffer, length: number): void {
    const { headBytes } = this;
    let at = this.carried > 0 ? this.complete(chunk, length) : 0;
    while (length - at >= headBytes) {
      const end = at + headBytes + this.bytesAfter(chunk, at);
      if (end > length) break;
      this.onPiece(chunk, at, end);
      at = end;
    }
    if (at < length) this.keep(chunk, at, length);
  }

  /** Fills up the carried piece; answers where the rest of the chunk begins. */
  private complete(chunk: Buffer, length: number): number {
    const { headBytes } = this;
    let at = 0;
    for (;;) {
      const need = this.carried < headBytes ? headBytes : headBytes + this.bytesAfter(this.carry, 0);
      if (this.carried === need) {
        const whole = this.carry;
        this.carried = 0;
        this.onPiece(whole, 0, need);
        if (whole.length > LARGEST_CARRY) this.carry = Buffer.allocUnsafeSlow(SMALLEST_CARRY);
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
}
