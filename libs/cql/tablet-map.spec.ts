import { describe, expect, it } from 'vitest';
import { TabletMap, readTablet, type Tablet } from './tablet-map.js';

const halves = (token: bigint): [number, number] => [
  Number(BigInt.asIntN(32, token >> 32n)),
  Number(BigInt.asIntN(32, token)),
];

function tablet(first: bigint, last: bigint, node: number): Tablet {
  const [firstHigh, firstLow] = halves(first);
  const [lastHigh, lastLow] = halves(last);
  return { firstHigh, firstLow, lastHigh, lastLow, nodes: Int32Array.of(node), shards: Int32Array.of(0) };
}

const found = (map: TabletMap, token: bigint): number | undefined => map.find(...halves(token))?.nodes[0];
const MIN = -(2n ** 63n);
const MAX = 2n ** 63n - 1n;

describe('TabletMap', () => {
  it('knows nothing before it has learnt', () => {
    expect(found(new TabletMap(), 0n)).toBeUndefined();
  });

  it('finds the tablet above whose first and up to whose last token a token lies, and no other', () => {
    const map = new TabletMap();
    map.learn(tablet(2n ** 32n, MAX, 3));
    map.learn(tablet(MIN, -5n, 1));
    map.learn(tablet(-5n, 2n ** 31n, 2));
    expect([MIN + 1n, -5n, -4n, 0n, 2n ** 31n].map((token) => found(map, token))).toEqual([1, 1, 2, 2, 2]);
    // Between 2^31 and 2^32 nothing is known.
    expect([2n ** 31n + 1n, 2n ** 32n].map((token) => found(map, token))).toEqual([undefined, undefined]);
    expect([2n ** 32n + 1n, MAX].map((token) => found(map, token))).toEqual([3, 3]);
  });

  it('forgets what a newer tablet overlaps: a split, a merge, a move', () => {
    const map = new TabletMap();
    map.learn(tablet(MIN, 0n, 1));
    map.learn(tablet(0n, MAX, 2));
    map.learn(tablet(-10n, 0n, 3));
    expect([-11n, -9n, 1n].map((token) => found(map, token))).toEqual([undefined, 3, 2]);
    map.learn(tablet(-10n, 0n, 4));
    expect([map.size, found(map, 0n)]).toEqual([2, 4]);
    map.learn(tablet(MIN, MAX, 5));
    expect([map.size, found(map, 7n)]).toEqual([1, 5]);
  });

  it('agrees with a search from end to end, over many tablets learnt in any order', () => {
    const map = new TabletMap();
    const step = 2n ** 57n;
    const order = Array.from({ length: 128 }, (_, index) => (index * 37) % 128);
    for (const index of order)
      map.learn(tablet(MIN + step * BigInt(index), MIN + step * BigInt(index + 1) - (index === 127 ? 1n : 0n), index));
    expect(map.size).toBe(128);
    for (let index = 0; index < 128; index++) {
      const first = MIN + step * BigInt(index);
      expect([found(map, first + 1n), found(map, first + step / 2n)]).toEqual([index, index]);
    }
  });
});

describe('readTablet', () => {
  const payload = Buffer.concat([
    Buffer.from('00000008' + '8000000000000000' + '00000008' + 'ffffffffffffffff', 'hex'),
    Buffer.from('0000003c' + '00000002', 'hex'),
    Buffer.from('0000001c' + '00000010' + '00000000000040008000000000000001' + '00000004' + '00000005', 'hex'),
    Buffer.from('0000001c' + '00000010' + '00000000000040008000000000000002' + '00000004' + '00000001', 'hex'),
  ]);

  it('reads tokens and copies, and leaves out nodes that it does not know', () => {
    const read = readTablet(payload, (hostId) => (hostId.endsWith('1') ? 7 : undefined));
    expect(read).toEqual({ ...tablet(MIN, -1n, 7), shards: Int32Array.of(5) });
  });

  it('refuses what ends early', () => {
    for (let length = 0; length < payload.length; length += 5)
      expect(() => readTablet(payload.subarray(0, length), () => 0)).toThrow();
  });
});
