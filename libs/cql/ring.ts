/** A node's place in the ring. */
export interface RingNode {
  index: number;
  datacenter: string;
  rack: string;
  /** Decimal Murmur3 tokens. */
  tokens: readonly string[];
}

/** Replicas of a keyspace: how many in the whole ring (SimpleStrategy) or per datacenter. */
export type Replication = { everywhere: number } | { byDatacenter: Readonly<Record<string, number>> };

/**
 * Which nodes hold a token. The ring is two sorted typed arrays, so a lookup is a binary search that allocates nothing;
 * the replicas of each range are computed once.
 */
export class Ring {
  private readonly highs: Int32Array;
  private readonly lows: Uint32Array;
  private readonly replicas: readonly Int32Array[];

  /** With a `rack`, only the replicas in it are answered, where there are any. */
  constructor(nodes: readonly RingNode[], replication: Replication, rack?: string) {
    const entries = nodes
      .flatMap((node) => node.tokens.map((token) => ({ token: BigInt(token), node })))
      .sort((a, b) => (a.token < b.token ? -1 : a.token > b.token ? 1 : 0));
    this.highs = Int32Array.from(entries, ({ token }) => Number(token >> 32n));
    this.lows = Uint32Array.from(entries, ({ token }) => Number(token & 0xffffffffn));
    const order = entries.map(({ node }) => node);
    const inRack = new Set(nodes.filter((node) => node.rack === rack).map(({ index }) => index));
    this.replicas = order.map((_, start) => {
      const all = walk([...order.slice(start), ...order.slice(0, start)], replication);
      const near = all.filter((index) => inRack.has(index));
      return near.length > 0 ? near : all;
    });
  }

  /** Indexes of the nodes that hold the token (signed halves), the primary replica first. Empty for an empty ring. */
  lookup(tokenHigh: number, tokenLow: number): Int32Array {
    const { highs, lows } = this;
    const low = tokenLow >>> 0;
    let from = 0;
    let to = highs.length;
    // The first entry that is not below the token owns it; beyond the last one the ring wraps.
    while (from < to) {
      const middle = (from + to) >>> 1;
      const high = highs[middle] ?? 0;
      if (high < tokenHigh || (high === tokenHigh && (lows[middle] ?? 0) < low)) from = middle + 1;
      else to = middle;
    }
    return this.replicas[from === highs.length ? 0 : from] ?? NOBODY;
  }
}

const NOBODY = new Int32Array(0);

/** Walks the ring clockwise: SimpleStrategy takes the next nodes, NetworkTopologyStrategy prefers racks not yet seen. */
function walk(order: readonly RingNode[], replication: Replication): Int32Array {
  const distinct = [...new Map(order.map((node) => [node.index, node])).values()];
  if ('everywhere' in replication)
    return Int32Array.from(distinct.slice(0, replication.everywhere), (node) => node.index);
  const chosen: RingNode[] = [];
  for (const [datacenter, factor] of Object.entries(replication.byDatacenter)) {
    const local = distinct.filter((node) => node.datacenter === datacenter);
    const racks = new Set<string>();
    const spread = local.filter((node) => !racks.has(node.rack) && racks.add(node.rack));
    const rest = local.filter((node) => !spread.includes(node));
    chosen.push(...[...spread, ...rest].slice(0, factor));
  }
  // The nearest along the ring first, whatever its datacenter.
  return Int32Array.from(
    distinct.filter((node) => chosen.includes(node)),
    (node) => node.index,
  );
}
