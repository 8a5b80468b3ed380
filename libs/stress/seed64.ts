const TWO_32 = 2 ** 32;

/** A 64-bit seed in two 32-bit halves, folded as Java folds `31 * seed + value` with wrap-around. Allocates nothing. */
export class Seed64 {
  high = 0;
  low = 0;

  set(high: number, low: number): void {
    this.high = high | 0;
    this.low = low | 0;
  }

  /** A whole number of up to 53 bits. */
  setWhole(value: number): void {
    this.set(Math.floor(value / TWO_32), value);
  }

  copy(other: Seed64): void {
    this.high = other.high;
    this.low = other.low;
  }

  /** seed = 31 * seed + value, the value in halves; the low half in 16-bit steps so that the carry is exact. */
  fold(valueHigh: number, valueLow: number): void {
    const part0 = Math.imul(this.low & 0xffff, 31) + (valueLow & 0xffff);
    const part1 = Math.imul(this.low >>> 16, 31) + (valueLow >>> 16) + Math.floor(part0 / 65_536);
    this.high = (Math.imul(this.high, 31) + valueHigh + Math.floor(part1 / 65_536)) | 0;
    this.low = ((part1 & 0xffff) << 16) | (part0 & 0xffff);
  }

  foldWhole(value: number): void {
    this.fold(Math.floor(value / TWO_32) | 0, value | 0);
  }

  /** Every byte, signed as Java's are. */
  foldBytes(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; at++) this.foldWhole(((bytes[at] ?? 0) << 24) >> 24);
  }
}
