/** Requests with a partition key that one shard of one node received. */
export interface ShardCount {
  node: number;
  shard: number;
  /** It holds the partition. */
  owned: number;
  /** Another node or shard holds it. */
  strayed: number;
}

/** Counts of every shard of every node. */
export class ShardCounts {
  private readonly owned: Float64Array;
  private readonly strayed: Float64Array;

  constructor(
    nodes: number,
    private readonly shards: number,
  ) {
    this.owned = new Float64Array(nodes * shards);
    this.strayed = new Float64Array(nodes * shards);
  }

  add(node: number, shard: number, isOwner: boolean): void {
    const counts = isOwner ? this.owned : this.strayed;
    const at = node * this.shards + shard;
    counts[at] = (counts[at] ?? 0) + 1;
  }

  snapshot(): ShardCount[] {
    return Array.from(this.owned, (owned, at) => ({
      node: Math.floor(at / this.shards),
      shard: at % this.shards,
      owned,
      strayed: this.strayed[at] ?? 0,
    }));
  }
}
