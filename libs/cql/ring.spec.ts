import { describe, expect, it } from 'vitest';
import { Ring } from './ring.js';

const node = (index: number, datacenter: string, rack: string, ...tokens: string[]) => ({
  index,
  datacenter,
  rack,
  tokens,
});
const three = [node(0, 'dc', 'r1', '-100'), node(1, 'dc', 'r1', '0'), node(2, 'dc', 'r2', '4294967296')];
const at = (ring: Ring, token: bigint) => [...ring.lookup(Number(token >> 32n), Number(token & 0xffffffffn) | 0)];

describe('Ring', () => {
  it('gives a token to the first node at or after it, and wraps', () => {
    const ring = new Ring(three, { everywhere: 1 });
    expect(at(ring, -100n)).toEqual([0]);
    expect(at(ring, -99n)).toEqual([1]);
    expect(at(ring, 1n)).toEqual([2]);
    expect(at(ring, 4294967296n)).toEqual([2]);
    expect(at(ring, 4294967297n)).toEqual([0]);
    expect(at(ring, -9223372036854775808n)).toEqual([0]);
  });

  it('walks clockwise for more replicas, and prefers other racks in a topology', () => {
    expect(at(new Ring(three, { everywhere: 2 }), -100n)).toEqual([0, 1]);
    expect(at(new Ring(three, { byDatacenter: { dc: 2 } }), -100n)).toEqual([0, 2]);
    expect(at(new Ring(three, { byDatacenter: { other: 1 } }), 5n)).toEqual([]);
  });

  it('answers the replicas of a rack alone where there are any', () => {
    const near = (rack: string, factor: number) => at(new Ring(three, { everywhere: factor }, rack), -100n);
    expect(near('r2', 3)).toEqual([2]);
    expect(near('r1', 3)).toEqual([0, 1]);
    expect(near('r2', 1)).toEqual([0]);
  });

  it('agrees with a linear search over many tokens', () => {
    const nodes = [0, 1, 2, 3].map((index) =>
      node(
        index,
        'dc',
        'r',
        ...[1, 2, 3].map((k) => String(BigInt(index * 7919 + k * 104729) * 8817264546332n - 4611686018427387904n)),
      ),
    );
    const ring = new Ring(nodes, { everywhere: 1 });
    const sorted = nodes
      .flatMap((each) => each.tokens.map((token) => ({ token: BigInt(token), index: each.index })))
      .sort((a, b) => (a.token < b.token ? -1 : 1));
    for (let step = 0n; step < 500n; step++) {
      const token = BigInt.asIntN(64, step * 36893488147419103n);
      const owner = sorted.find((entry) => entry.token >= token) ?? sorted[0];
      expect(at(ring, token)).toEqual([owner?.index]);
    }
  });
});
