import { Word64 } from './word64.js';

/** Fowler, Noll and Vo's constants for 64 bits (RFC 9923). */
const OFFSET_BASIS = new Word64().setBigInt(BigInt.asIntN(64, 0xcbf2_9ce4_8422_2325n));
const PRIME = new Word64().setBigInt(0x100_0000_01b3n);

/**
 * The hash with which YCSB scatters numbers: FNV-1a over the 8 bytes of `value` (0 to 2^53), the lowest first, and of that
 * the absolute value. Written into `into`, which is answered.
 */
export function fnv64(value: number, into: Word64): Word64 {
  into.copy(OFFSET_BASIS);
  let rest = value;
  for (let index = 0; index < 8; index++) {
    const next = Math.floor(rest / 256);
    into.low ^= rest - next * 256;
    into.multiply(PRIME);
    rest = next;
  }
  return into.high < 0 ? into.negate() : into;
}

/** A 63-bit whole number modulo `divisor`, which is at most 2^37: 16 bits at a time, so that doubles stay exact. */
export const remainder = ({ high, low }: Word64, divisor: number): number => {
  let rest = (high >>> 0) % divisor;
  rest = (rest * 0x1_0000 + (low >>> 16)) % divisor;
  return (rest * 0x1_0000 + (low & 0xffff)) % divisor;
};
