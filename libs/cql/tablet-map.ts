import { BodyReader, MalformedFrame } from './body-reader.js';

/** A piece of a table and who holds it. Tokens are signed 32-bit halves; the range is above first, up to last. */
export interface Tablet {
  readonly firstHigh: number;
  readonly firstLow: number;
  readonly lastHigh: number;
  readonly lastLow: number;
  /** Indexes of the nodes, and the shard at each. */
  readonly nodes: Int32Array;
  readonly shards: Int32Array;
}

const isBelow = (high: number, low: number, otherHigh: number, otherLow: number): boolean =>
  high < otherHigh || (high === otherHigh && low >>> 0 < otherLow >>> 0);

/** The tablets of one table that are known so far, in order. They never overlap; there may be gaps. */
export class TabletMap {
  private readonly tablets: Tablet[] = [];

  get size(): number {
    return this.tablets.length;
  }

  /** The tablet of a token, or undefined. Hot: nothing is allocated. */
  find(high: number, low: number): Tablet | undefined {
    const found = this.tablets[this.place(high, low)];
    return found !== undefined && isBelow(found.firstHigh, found.firstLow, high, low) ? found : undefined;
  }

  /** Takes a tablet in; what overlaps it is out of date. */
  learn(tablet: Tablet): void {
    const { tablets } = this;
    let at = 0;
    let stale = 0;
    while (at < tablets.length && isBefore(tablets[at], tablet)) at++;
    while (at + stale < tablets.length && !isBefore(tablet, tablets[at + stale])) stale++;
    tablets.splice(at, stale, tablet);
  }

  clear(): void {
    this.tablets.length = 0;
  }

  /** Index of the first tablet that does not end below the token. */
  private place(high: number, low: number): number {
    const { tablets } = this;
    let from = 0;
    let to = tablets.length;
    while (from < to) {
      const middle = (from + to) >>> 1;
      const tablet = tablets[middle];
      if (tablet !== undefined && isBelow(tablet.lastHigh, tablet.lastLow, high, low)) from = middle + 1;
      else to = middle;
    }
    return from;
  }
}

/** The one ends where the other begins, or before. */
const isBefore = (one: Tablet | undefined, other: Tablet | undefined): boolean =>
  one !== undefined && other !== undefined && !isBelow(other.firstHigh, other.firstLow, one.lastHigh, one.lastLow);

/** Custom payload of an answer to a request that came to a wrong node or shard. */
export const TABLET_PAYLOAD = 'tablets-routing-v1';

const LONG_BYTES = 8;
const UUID_BYTES = 16;

function expectLength(reader: BodyReader, bytes: number, what: string): void {
  const found = reader.int();
  if (found !== bytes) throw new MalformedFrame(`expected ${what} of ${bytes} bytes in a tablet, found ${found}`);
}

/**
 * Reads a payload: tuple<bigint, bigint, list<tuple<uuid, int>>> (docs/dev/protocol-extensions.md of ScyllaDB).
 * @param nodeOf index of the node with this host id (32 hexadecimal digits), or undefined: its copy is left out
 */
export function readTablet(payload: Buffer, nodeOf: (hostId: string) => number | undefined): Tablet {
  const reader = new BodyReader(payload, 0, payload.length);
  expectLength(reader, LONG_BYTES, 'a first token');
  const [firstHigh, firstLow] = [reader.int(), reader.int()];
  expectLength(reader, LONG_BYTES, 'a last token');
  const [lastHigh, lastLow] = [reader.int(), reader.int()];
  reader.int();
  const replicas = reader.list(reader.int(), 4 + 4 + UUID_BYTES + 4 + 4, () => {
    reader.int();
    const hostId = (reader.bytes() ?? Buffer.alloc(0)).toString('hex');
    expectLength(reader, 4, 'a shard');
    return { node: nodeOf(hostId), shard: reader.int() };
  });
  const known = replicas.flatMap(({ node, shard }) => (node === undefined ? [] : [{ node, shard }]));
  return {
    firstHigh,
    firstLow,
    lastHigh,
    lastLow,
    nodes: Int32Array.from(known, ({ node }) => node),
    shards: Int32Array.from(known, ({ shard }) => shard),
  };
}
