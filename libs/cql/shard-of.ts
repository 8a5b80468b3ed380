const TWO_32 = 4_294_967_296;

/** No shard in particular. */
export const ANY_SHARD = -1;

/**
 * Shard of a token (signed 32-bit halves) at a node of `shards` shards: ScyllaDB's "biased-token-round-robin"
 * (docs/dev/protocol-extensions.md): the token, made unsigned and without its `ignoredMsb` highest bits, times the number of
 * shards, highest 64 of 128 bits. In doubles, which hold every product here exactly, since a node has fewer than 2^20 shards.
 */
export function shardOf(tokenHigh: number, tokenLow: number, shards: number, ignoredMsb: number): number {
  let high = tokenHigh ^ -0x80000000;
  let low = tokenLow;
  if (ignoredMsb >= 32) {
    high = ignoredMsb >= 64 ? 0 : low << (ignoredMsb - 32);
    low = 0;
  } else if (ignoredMsb > 0) {
    high = (high << ignoredMsb) | (low >>> (32 - ignoredMsb));
    low <<= ignoredMsb;
  }
  return Math.floor(((high >>> 0) * shards + Math.floor(((low >>> 0) * shards) / TWO_32)) / TWO_32);
}
