import type { Bytes } from './bytes.js';

const MASK = 0xffff_ffff_ffff_ffffn;
const C1 = 0x87c3_7b91_1142_53d5n;
const C2 = 0x4cf5_ad43_2745_937fn;
const MIN_TOKEN = -(2n ** 63n);
const MAX_TOKEN = 2n ** 63n - 1n;

const rotate = (value: bigint, bits: bigint): bigint => ((value << bits) | (value >> (64n - bits))) & MASK;

function finalMix(value: bigint): bigint {
  let mixed = value ^ (value >> 33n);
  mixed = (mixed * 0xff51_afd7_ed55_8ccdn) & MASK;
  mixed ^= mixed >> 33n;
  mixed = (mixed * 0xc4ce_b9fe_1a85_ec53n) & MASK;
  return mixed ^ (mixed >> 33n);
}

const mix1 = (block: bigint): bigint => (rotate((block * C1) & MASK, 31n) * C2) & MASK;
const mix2 = (block: bigint): bigint => (rotate((block * C2) & MASK, 33n) * C1) & MASK;

/** Bytes `from` to `to` as a little-endian number. Cassandra takes the bytes of the tail as signed. */
function tailBlock(key: Buffer, from: number, to: number): bigint {
  let block = 0n;
  for (let i = from; i < to; i++) block ^= BigInt.asUintN(64, BigInt(key.readInt8(i)) << BigInt(8 * (i - from)));
  return block;
}

/**
 * Token of a serialized partition key: the first half of MurmurHash3 x64 128 with Cassandra's two peculiarities (signed
 * tail bytes; the smallest value is replaced by the largest). Source: org.apache.cassandra.utils.MurmurHash.
 */
export function tokenOf(keyBytes: Bytes): bigint {
  const key = Buffer.from(keyBytes, 'latin1');
  const blocksEnd = key.length & ~15;
  let h1 = 0n;
  let h2 = 0n;
  for (let at = 0; at < blocksEnd; at += 16) {
    h1 ^= mix1(key.readBigUInt64LE(at));
    h1 = (((rotate(h1, 27n) + h2) & MASK) * 5n + 0x52dc_e729n) & MASK;
    h2 ^= mix2(key.readBigUInt64LE(at + 8));
    h2 = (((rotate(h2, 31n) + h1) & MASK) * 5n + 0x3849_5ab5n) & MASK;
  }
  if (key.length > blocksEnd + 8) h2 ^= mix2(tailBlock(key, blocksEnd + 8, key.length));
  if (key.length > blocksEnd) h1 ^= mix1(tailBlock(key, blocksEnd, Math.min(key.length, blocksEnd + 8)));
  const length = BigInt(key.length);
  h1 ^= length;
  h2 ^= length;
  h1 = (h1 + h2) & MASK;
  h2 = (h2 + h1) & MASK;
  const token = BigInt.asIntN(64, (finalMix(h1) + finalMix(h2)) & MASK);
  return token === MIN_TOKEN ? MAX_TOKEN : token;
}
