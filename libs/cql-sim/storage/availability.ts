import { CONSISTENCY, ERROR_CODE } from '#libs/cql/protocol.js';
import { CqlError, invalid } from '../cql-error.js';
import type { Bytes } from './bytes.js';
import { tokenOf } from './murmur3.js';
import type { Keyspace } from './schema.js';

const NAMES = new Map<number, string>(Object.entries(CONSISTENCY).map(([name, code]) => [code, name]));

export const consistencyName = (code: number): string => NAMES.get(code) ?? `UNKNOWN(${code})`;

const majority = (replicas: number): number => Math.floor(replicas / 2) + 1;

/** How many replicas must answer; one data center, so LOCAL_ and EACH_ levels are those of the cluster. */
const BLOCK_FOR = new Map<number, (replicas: number) => number>([
  [CONSISTENCY.ANY, () => 1],
  [CONSISTENCY.ONE, () => 1],
  [CONSISTENCY.TWO, () => 2],
  [CONSISTENCY.THREE, () => 3],
  [CONSISTENCY.QUORUM, majority],
  [CONSISTENCY.ALL, (replicas) => replicas],
  [CONSISTENCY.LOCAL_QUORUM, majority],
  [CONSISTENCY.EACH_QUORUM, majority],
  [CONSISTENCY.SERIAL, majority],
  [CONSISTENCY.LOCAL_SERIAL, majority],
  [CONSISTENCY.LOCAL_ONE, () => 1],
]);

export function blockFor(consistency: number, replicas: number): number {
  const count = BLOCK_FOR.get(consistency);
  if (!count) throw new CqlError(ERROR_CODE.PROTOCOL, `Unknown code ${consistency} for a consistency level`);
  return count(replicas);
}

/** One node's place in the ring; ownership goes by its first token's order, as with vnodes off. */
export interface RingNode {
  readonly index: number;
  readonly tokens: readonly bigint[];
  isUp: boolean;
}

interface Place {
  token: bigint;
  node: RingNode;
}

/** Says whether enough replicas of a key are alive. */
export class Availability {
  private ring: readonly Place[] = [];
  private allUp = true;

  /** `nodes` is read again whenever it is said to have changed. */
  constructor(private readonly nodes: readonly RingNode[]) {
    this.ringChanged();
  }

  /** Nodes have joined or left. */
  ringChanged(): void {
    this.ring = this.nodes
      .flatMap((node) => node.tokens.map((token): Place => ({ token, node })))
      .sort((left, right) => (left.token < right.token ? -1 : 1));
    this.nodesChanged();
  }

  nodesChanged(): void {
    this.allUp = this.nodes.every(({ isUp }) => isUp);
  }

  private ownersFrom(start: number, replicas: number): RingNode[] {
    const owners = new Set<RingNode>();
    for (let i = 0; i < this.ring.length && owners.size < replicas; i++) {
      const place = this.ring[(start + i) % this.ring.length];
      if (place) owners.add(place.node);
    }
    return [...owners];
  }

  private aliveFrom(start: number, replicas: number): number {
    return this.ownersFrom(start, replicas).filter(({ isUp }) => isUp).length;
  }

  private placeOf(token: bigint): number {
    const owner = this.ring.findIndex((place) => place.token >= token);
    return Math.max(0, owner);
  }

  /** The nodes that keep a token's copies, the primary first. */
  replicasOf(token: bigint, replicas: number): RingNode[] {
    return this.ownersFrom(this.placeOf(token), replicas);
  }

  /** Living replicas of a key; without a key, of the range that has the fewest. */
  private alive(key: Bytes | null, replicas: number): number {
    if (this.allUp) return Math.min(replicas, this.nodes.length);
    if (key === null) return Math.min(...this.ring.map((_, i) => this.aliveFrom(i, replicas)));
    return this.aliveFrom(this.placeOf(tokenOf(key)), replicas);
  }

  /** Refuses with Unavailable (0x1000) when the consistency level cannot be met. */
  require(keyspace: Keyspace, consistency: number, key: Bytes | null): void {
    if (keyspace.isSystem) return;
    const required = blockFor(consistency, keyspace.replicas);
    const alive = this.alive(key, keyspace.replicas);
    if (alive >= required) return;
    throw new CqlError(ERROR_CODE.UNAVAILABLE, `Cannot achieve consistency level ${consistencyName(consistency)}`, {
      kind: 'unavailable',
      consistency,
      required,
      alive,
    });
  }

  requireWrite(keyspace: Keyspace, consistency: number, key: Bytes): void {
    if (consistency === CONSISTENCY.SERIAL || consistency === CONSISTENCY.LOCAL_SERIAL) {
      throw invalid('You must use conditional updates for serializable writes');
    }
    this.require(keyspace, consistency, key);
  }
}
