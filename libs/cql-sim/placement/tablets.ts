/** A copy of a partition: index of the node, and the shard there. */
export interface Replica {
  readonly node: number;
  readonly shard: number;
}

/** A piece of a table: the tokens above `first`, up to `last`. */
export interface Tablet {
  readonly first: bigint;
  readonly last: bigint;
  readonly replicas: readonly Replica[];
}

const TOKEN_BITS = 64;
const MIN_TOKEN = -(2n ** 63n);

/** Steps that leave nothing of the vnodes' order: whoever guesses by the ring goes wrong. */
const NODE_STEP = 3;
const SHARD_STEP = 5;

/** A table of 2^`bits` tablets of one size, dealt out to nodes and shards. */
export class TabletMap {
  private readonly tablets: Tablet[];

  constructor(
    private readonly bits: number,
    nodes: number,
    shards: number,
    copies: number,
  ) {
    const span = 1n << BigInt(TOKEN_BITS - bits);
    const replicasOf = (index: number): Replica[] =>
      Array.from({ length: Math.min(copies, nodes) }, (_, copy) => ({
        node: (index * NODE_STEP + copy + 1) % nodes,
        shard: (index * SHARD_STEP + copy + 1) % shards,
      }));
    this.tablets = Array.from({ length: 1 << bits }, (_, index) => ({
      first: MIN_TOKEN + span * BigInt(index) - (index === 0 ? 0n : 1n),
      last: MIN_TOKEN + span * BigInt(index + 1) - 1n,
      replicas: replicasOf(index),
    }));
  }

  of(token: bigint): Tablet {
    const tablet = this.tablets[Number((token - MIN_TOKEN) >> BigInt(TOKEN_BITS - this.bits))];
    if (!tablet) throw new RangeError(`token ${token} is outside of the ring`);
    return tablet;
  }
}
