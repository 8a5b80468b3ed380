import { describe, expect, it } from 'vitest';
import { replicasOf, unreachableConsistency } from './consistency.js';

describe('unreachableConsistency', () => {
  it.each([
    ['THREE', { any: 1 }, 5, /needs 3 replicas, but keyspace ks has a replication factor of 1/],
    ['QUORUM', { dc1: 3 }, 1, /needs 2 replicas of keyspace ks, but only 1 nodes are up/],
    ['EACH_QUORUM', { dc1: 3, dc2: 3 }, 3, /needs 4 replicas of keyspace ks, but only 3 nodes are up/],
    ['ALL', { dc1: 3 }, 2, /needs 3 replicas of keyspace ks, but only 2 nodes/],
  ] as const)('refuses %s with replicas %o and %i live nodes', (level, replicas, live, expected) => {
    expect(unreachableConsistency(level, 'ks', replicas, live)).toMatch(expected);
  });

  it.each([
    ['ONE', { any: 1 }, 1],
    ['QUORUM', { dc1: 3 }, 2],
    ['LOCAL_QUORUM', { dc1: 3, dc2: 3 }, 2],
    ['ALL', { any: 1 }, 1],
    ['ANY', { any: 1 }, 1],
  ] as const)('accepts %s with replicas %o and %i live nodes', (level, replicas, live) => {
    expect(unreachableConsistency(level, 'ks', replicas, live, 'dc1')).toBeUndefined();
  });
});

describe('replicasOf', () => {
  it('reads both strategies, and expands a replication factor over the datacenters', () => {
    expect(
      replicasOf({ class: 'org.apache.cassandra.locator.SimpleStrategy', replication_factor: '2' }, ['a']),
    ).toEqual({ any: 2 });
    expect(replicasOf({ class: 'NetworkTopologyStrategy', replication_factor: '3', b: '1' }, ['a', 'b'])).toEqual({
      a: 3,
      b: 1,
    });
  });
});
