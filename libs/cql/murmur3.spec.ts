import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { hashToken, tokenHigh, tokenLow } from './murmur3.js';

const token = (bytes: Buffer): bigint => {
  hashToken(bytes, 0, bytes.length);
  return (BigInt(tokenHigh()) << 32n) | BigInt(tokenLow() >>> 0);
};

describe('hashToken', () => {
  it.each([
    ['a', -8839064797231613815n],
    ['b', 8833996863197925870n],
    ['c', -8198557465434950441n],
    ['e', -4200008757497435756n],
    ['100000', 2739050094959918959n],
  ])('gives the known token of %s', (text, expected) => {
    expect(token(Buffer.from(text))).toBe(expected);
  });

  it('equals cassandra-driver over all tail lengths and bytes above 127', () => {
    // Not part of the driver's declared API, so it is checked before it is used.
    const Tokenizer = z
      .custom<new () => { hash(bytes: Buffer): { toString(): string } }>((value) => typeof value === 'function')
      .parse(createRequire(import.meta.url)('cassandra-driver/lib/tokenizer.js').Murmur3Tokenizer);
    const tokenizer = new Tokenizer();
    let state = 7;
    for (let length = 1; length <= 70; length++) {
      const bytes = Buffer.from(
        Array.from({ length }, () => (state = (Math.imul(state, 1103515245) + 12345) >>> 8) & 0xff),
      );
      expect(token(bytes).toString(), `length ${length}`).toBe(tokenizer.hash(bytes).toString());
    }
  });
});
