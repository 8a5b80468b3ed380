const C1 = 0x87c37b91114253d5n;
const C2 = 0x4cf5ad432745937fn;
const u64 = (value: bigint): bigint => BigInt.asUintN(64, value);
const rotate = (value: bigint, by: bigint): bigint => u64((value << by) | (value >> (64n - by)));
const finalMix = (value: bigint): bigint => {
  let mixed = value ^ (value >> 33n);
  mixed = u64(mixed * 0xff51afd7ed558ccdn);
  mixed ^= mixed >> 33n;
  mixed = u64(mixed * 0xc4ceb9fe1a85ec53n);
  return mixed ^ (mixed >> 33n);
};

/** First 64-bit word of MurmurHash3_x64_128 (Austin Appleby, public domain), seed 0, unsigned. Setup only: it uses BigInt. */
export function murmur3(bytes: Buffer): bigint {
  let h1 = 0n;
  let h2 = 0n;
  const blocks = bytes.length >> 4;
  for (let block = 0; block < blocks; block++) {
    h1 ^= u64(rotate(u64(bytes.readBigUInt64LE(block * 16) * C1), 31n) * C2);
    h1 = u64(u64(rotate(h1, 27n) + h2) * 5n + 0x52dce729n);
    h2 ^= u64(rotate(u64(bytes.readBigUInt64LE(block * 16 + 8) * C2), 33n) * C1);
    h2 = u64(u64(rotate(h2, 31n) + h1) * 5n + 0x38495ab5n);
  }
  const tail = Buffer.alloc(16);
  bytes.copy(tail, 0, blocks * 16);
  const left = bytes.length & 15;
  if (left > 8) h2 ^= u64(rotate(u64(tail.readBigUInt64LE(8) * C2), 33n) * C1);
  if (left > 0) h1 ^= u64(rotate(u64(tail.readBigUInt64LE(0) * C1), 31n) * C2);
  h1 ^= BigInt(bytes.length);
  h2 ^= BigInt(bytes.length);
  h1 = u64(h1 + h2);
  h2 = u64(h2 + h1);
  h1 = finalMix(h1);
  h2 = finalMix(h2);
  return u64(h1 + h2);
}

/** Salt of a generated column of the data commands, signed: cassandra-stress seeds every column with its name. */
export const saltOf = (columnName: string): bigint => BigInt.asIntN(64, murmur3(Buffer.from(`randomstr${columnName}`)));
