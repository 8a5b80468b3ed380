import { describe, expect, it } from 'vitest';
import { hashToken, tokenHigh, tokenLow } from './murmur3.js';
import { shardOf } from './shard-of.js';

const MASK = (1n << 64n) - 1n;

/** The documented formula, in whole 64-bit numbers. */
function documented(token: bigint, shards: number, ignoredMsb: number): number {
  const biased = (BigInt.asUintN(64, token) + (1n << 63n)) & MASK;
  return Number((((biased << BigInt(ignoredMsb)) & MASK) * BigInt(shards)) >> 64n);
}

const halves = (token: bigint): [number, number] => [
  Number(BigInt.asIntN(32, token >> 32n)),
  Number(BigInt.asIntN(32, token)),
];

/** Whole 64-bit numbers, always the same. */
function* tokens(count: number): Generator<bigint> {
  let state = 0x9e37_79b9_7f4a_7c15n;
  for (let left = count; left > 0; left--) {
    state = (state * 6364136223846793005n + 1442695040888963407n) & MASK;
    yield BigInt.asIntN(64, state ^ (state >> 29n));
  }
}

const EDGES = [-(2n ** 63n), -(2n ** 63n) + 1n, -(2n ** 32n), -1n, 0n, 1n, 2n ** 31n, 2n ** 32n - 1n, 2n ** 63n - 1n];

describe('shardOf', () => {
  // Vectors of ScyllaDB's own drivers.
  it.each([
    ['a', 12, 12, 4],
    ['b', 12, 12, 6],
    ['c', 12, 12, 6],
    ['e', 12, 12, 4],
    ['b', 8, 0, 7],
    ['100000', 2, 12, 0],
    ['100000', 8, 0, 5],
  ])('key %s of %d shards, without %d bits, is of shard %d', (key, shards, ignoredMsb, shard) => {
    hashToken(Buffer.from(key), 0, key.length);
    expect(shardOf(tokenHigh(), tokenLow(), shards, ignoredMsb)).toBe(shard);
  });

  it.each([1, 2, 3, 7, 12, 96, 255, 4096])('agrees with the documented formula for %d shards', (shards) => {
    for (const ignoredMsb of [0, 1, 12, 31, 32, 33, 63]) {
      for (const token of [...EDGES, ...tokens(200)])
        expect(shardOf(...halves(token), shards, ignoredMsb)).toBe(documented(token, shards, ignoredMsb));
    }
  });
});
