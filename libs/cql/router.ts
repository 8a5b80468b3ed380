import { hashToken, tokenHigh, tokenLow } from './murmur3.js';
import type { RequestFrame } from './request-frame.js';
import type { Ring } from './ring.js';

const EVERYWHERE = new Int32Array(0);

/** Decides where the next request goes: by the tablets of its table where they are known, else by the ring. Hot. */
export class Router {
  /** Indexes of the nodes that hold the key, the primary first; empty: any will do. */
  nodes: Int32Array = EVERYWHERE;
  /** Shard of each of these, or empty: it follows from the token. */
  shards: Int32Array = EVERYWHERE;
  /** True when the requests of one key have to go to its nodes in the same order, or transactions get in each other's way. */
  inOrder = false;
  /** Signed halves of the token; meaningful when there are nodes. */
  tokenHigh = 0;
  tokenLow = 0;
  private ring: Ring | undefined;

  /** Undefined: no key matters from now on. */
  use(ring: Ring | undefined): void {
    this.ring = ring;
    this.nodes = EVERYWHERE;
    this.shards = EVERYWHERE;
  }

  /** Notes the key of the next request. */
  key(key: Uint8Array, at: number, length: number): void {
    hashToken(key, at, length);
    this.token(tokenHigh(), tokenLow());
  }

  /** Notes the token of the next request, as signed halves. */
  token(high: number, low: number): void {
    this.tokenHigh = high;
    this.tokenLow = low;
  }

  /** Finds the nodes for a request with the key last noted. */
  find({ statements }: RequestFrame): void {
    const { ring } = this;
    if (ring === undefined) return;
    const statement = statements[0];
    this.inOrder = statement?.isLwt === true;
    const tablet = statement?.tablets?.find(this.tokenHigh, this.tokenLow);
    if (tablet !== undefined && tablet.nodes.length > 0) {
      this.nodes = tablet.nodes;
      this.shards = tablet.shards;
    } else {
      this.nodes = ring.lookup(this.tokenHigh, this.tokenLow);
      this.shards = EVERYWHERE;
    }
  }
}
