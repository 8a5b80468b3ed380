/** Requests with a partition key that one shard of one node received. */
export interface ShardCount {
  node: number;
  shard: number;
  /** It holds the partition. */
  owned: number;
  /** Another node or shard holds it. */
  strayed: number;
}

function grown(counts: Float64Array, places: number): Float64Array {
  const larger = new Float64Array(places);
  larger.set(counts);
  return larger;
}

/** Counts of every shard of every node. */
export class ShardCounts {
  private owned: Float64Array;
  private strayed: Float64Array;

  constructor(
    nodes: number,
    private readonly shards: number,
  ) {
    this.owned = new Float64Array(nodes * shards);
    this.strayed = new Float64Array(nodes * shards);
  }

  /** Nodes that joined later have larger numbers. */
  private grow(node: number): void {
    const places = (node + 1) * this.shards;
    if (places <= this.owned.length) return;
    this.owned = grown(this.owned, places);
    this.strayed = grown(this.strayed, places);
  }

  add(node: number, shard: number, isOwner: boolean): void {
    this.grow(node);
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
