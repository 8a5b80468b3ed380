/** Bits of a token, from the highest, that ScyllaDB leaves out of the choice of a shard. */
export const IGNORED_MSB = 12;

const MASK = 0xffff_ffff_ffff_ffffn;

/**
 * Shard of a token in a table without tablets: ScyllaDB's "biased-token-round-robin" (docs/dev/protocol-extensions.md).
 * Written the plain way on purpose: clients are checked against it.
 */
export function shardOf(token: bigint, shards: number, ignoredMsb: number): number {
  const biased = BigInt.asUintN(64, token) ^ (1n << 63n);
  const spread = (biased << BigInt(ignoredMsb)) & MASK;
  return Number((spread * BigInt(shards)) >> 64n);
}
