import { describe, expect, it } from 'vitest';
import { Word64 } from './word64.js';

const word = (value: bigint) => new Word64().setBigInt(value);
const wrapped = (value: bigint) => BigInt.asIntN(64, value);

const SAMPLES = [
  0n,
  1n,
  -1n,
  255n,
  -0x8000_0000n,
  0xffff_ffffn,
  0x1_0000_0000n,
  -0x1_0000_0000n,
  6_364_136_223_846_793_005n,
  -1_763_000_000_123_456_789n,
  0x7fff_ffff_ffff_ffffn,
  -0x8000_0000_0000_0000n,
  0x1234_5678_9abc_def0n,
];

describe('Word64', () => {
  it('does the arithmetic of int64, for every pair of samples', () => {
    for (const a of SAMPLES) {
      expect(word(a).toBigInt()).toBe(a);
      expect(word(a).negate().toBigInt()).toBe(wrapped(-a));
      for (const b of SAMPLES) {
        expect(word(a).add(word(b)).toBigInt()).toBe(wrapped(a + b));
        expect(word(a).multiply(word(b)).toBigInt()).toBe(wrapped(a * b));
        expect(word(a).xor(word(b)).toBigInt()).toBe(wrapped(a ^ b));
        expect(word(a).equals(word(b))).toBe(a === b);
      }
    }
  });

  it('shifts as xorshift64 does', () => {
    for (const sample of SAMPLES) {
      let state = BigInt.asUintN(64, sample);
      state ^= BigInt.asUintN(64, state << 13n);
      state ^= state >> 7n;
      state ^= BigInt.asUintN(64, state << 17n);
      expect(word(sample).xorshift().toBigInt()).toBe(wrapped(state));
    }
  });

  it('takes and gives whole numbers within 2^53', () => {
    for (const value of [0, -1, 5, -5, 2 ** 32, -(2 ** 32), 2 ** 53 - 1, -(2 ** 53) + 1]) {
      const made = new Word64().setNumber(value);
      expect(made.toBigInt()).toBe(BigInt(value));
      expect(made.toNumber()).toBe(value);
    }
  });

  it('writes its bytes in both orders', () => {
    const buffer = Buffer.alloc(16);
    const made = word(-1_763_000_000_123_456_789n);
    made.writeBE(buffer, 0);
    made.writeLE(buffer, 8);
    expect(buffer.readBigInt64BE(0)).toBe(-1_763_000_000_123_456_789n);
    expect(buffer.readBigInt64LE(8)).toBe(-1_763_000_000_123_456_789n);
    expect(made.equalsLE(buffer, 8)).toBe(true);
    expect(made.equalsLE(buffer, 0)).toBe(false);
  });
});
