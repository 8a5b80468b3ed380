import { describe, expect, it } from 'vitest';
import { IGNORED_MSB, shardOf } from './shard-of.js';
import { TabletMap } from './tablets.js';

describe('shardOf', () => {
  // Vectors of ScyllaDB's own drivers for 12 shards; the others follow from the formula.
  it.each([
    [-8839064797231613815n, 12, IGNORED_MSB, 4],
    [8833996863197925870n, 12, IGNORED_MSB, 6],
    [-8198557465434950441n, 12, IGNORED_MSB, 6],
    [-4200008757497435756n, 12, IGNORED_MSB, 4],
    [8833996863197925870n, 8, 0, 7],
    [2739050094959918959n, 2, IGNORED_MSB, 0],
  ])('puts token %d of %d shards, without %d bits, on shard %d', (token, shards, ignored, shard) => {
    expect(shardOf(token, shards, ignored)).toBe(shard);
  });
});

describe('TabletMap', () => {
  const map = new TabletMap(2, 3, 4, 2);

  it.each([
    [-(2n ** 63n) + 1n, -(2n ** 63n), -(2n ** 62n) - 1n],
    [-(2n ** 62n) - 1n, -(2n ** 63n), -(2n ** 62n) - 1n],
    [-(2n ** 62n), -(2n ** 62n) - 1n, -1n],
    [2n ** 63n - 1n, 2n ** 62n - 1n, 2n ** 63n - 1n],
  ])('finds token %d between %d and %d', (token, first, last) => {
    expect(map.of(token)).toMatchObject({ first, last });
  });

  it('spreads copies over nodes and shards that exist', () => {
    for (const token of [-(2n ** 63n), -1n, 0n, 2n ** 63n - 1n]) {
      const { replicas } = map.of(token);
      expect(new Set(replicas.map(({ node }) => node)).size).toBe(2);
      for (const { node, shard } of replicas) {
        expect(node).toBeLessThan(3);
        expect(shard).toBeLessThan(4);
      }
    }
  });
});
