/**
 * A 64-bit integer in two 32-bit words, changed in place: keys and xorshift states without a BigInt (and its allocation) per
 * operation. Arithmetic wraps, as int64 does.
 */
export class Word64 {
  high = 0;
  low = 0;

  /** From two words, signed or not. */
  setWords(high: number, low: number): this {
    this.high = high | 0;
    this.low = low | 0;
    return this;
  }

  /** From a whole number within ±2^53. */
  setNumber(value: number): this {
    return this.setWords(Math.floor(value / 0x1_0000_0000), value >>> 0);
  }

  /** From anything that fits 64 bits; allocates, so for preparation only. */
  setBigInt(value: bigint): this {
    return this.setWords(Number(BigInt.asIntN(32, value >> 32n)), Number(BigInt.asIntN(32, value)));
  }

  copy(other: Word64): this {
    this.high = other.high;
    this.low = other.low;
    return this;
  }

  xor(other: Word64): this {
    this.high ^= other.high;
    this.low ^= other.low;
    return this;
  }

  add(other: Word64): this {
    const low = (this.low >>> 0) + (other.low >>> 0);
    this.high = (this.high + other.high + (low > 0xffff_ffff ? 1 : 0)) | 0;
    this.low = low | 0;
    return this;
  }

  negate(): this {
    this.high = (~this.high + (this.low === 0 ? 1 : 0)) | 0;
    this.low = -this.low | 0;
    return this;
  }

  /** Times another, modulo 2^64; in 16-bit digits, whose products a double holds exactly. */
  multiply(other: Word64): this {
    const a0 = this.low & 0xffff;
    const a1 = this.low >>> 16;
    const a2 = this.high & 0xffff;
    const a3 = this.high >>> 16;
    const b0 = other.low & 0xffff;
    const b1 = other.low >>> 16;
    const b2 = other.high & 0xffff;
    const b3 = other.high >>> 16;
    const digit0 = a0 * b0;
    const digit1 = a0 * b1 + a1 * b0 + Math.floor(digit0 / 0x1_0000);
    const digit2 = a0 * b2 + a1 * b1 + a2 * b0 + Math.floor(digit1 / 0x1_0000);
    const digit3 = a0 * b3 + a1 * b2 + a2 * b1 + a3 * b0 + Math.floor(digit2 / 0x1_0000);
    this.low = ((digit1 & 0xffff) << 16) | (digit0 & 0xffff);
    this.high = ((digit3 & 0xffff) << 16) | (digit2 & 0xffff);
    return this;
  }

  /** Marsaglia's xorshift64 with shifts 13, 7, 17 ("Xorshift RNGs", 2003); a state of zero stays zero. */
  xorshift(): this {
    let { high, low } = this;
    high ^= (high << 13) | (low >>> 19);
    low ^= low << 13;
    low ^= (low >>> 7) | (high << 25);
    high ^= high >>> 7;
    high ^= (high << 17) | (low >>> 15);
    low ^= low << 17;
    this.high = high;
    this.low = low;
    return this;
  }

  get isZero(): boolean {
    return this.high === 0 && this.low === 0;
  }

  equals(other: Word64): boolean {
    return this.high === other.high && this.low === other.low;
  }

  /** As CQL's bigint has it: 8 bytes, the highest first. */
  writeBE(buffer: Buffer, offset: number): void {
    buffer.writeInt32BE(this.high, offset);
    buffer.writeInt32BE(this.low, offset + 4);
  }

  writeLE(buffer: Buffer, offset: number): void {
    buffer.writeInt32LE(this.low, offset);
    buffer.writeInt32LE(this.high, offset + 4);
  }

  equalsLE(buffer: Buffer, offset: number): boolean {
    return buffer.readInt32LE(offset) === this.low && buffer.readInt32LE(offset + 4) === this.high;
  }

  /** The nearest double; exact within ±2^53. */
  toNumber(): number {
    return this.high * 0x1_0000_0000 + (this.low >>> 0);
  }

  /** Allocates: for messages and tests. */
  toBigInt(): bigint {
    return (BigInt(this.high) << 32n) | BigInt(this.low >>> 0);
  }
}
