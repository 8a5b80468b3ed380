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

describe('unreachableConsistency with a local datacenter', () => {
  it.each([
    // Only the nodes of dc1 are known; those of dc2 answer too.
    ['QUORUM', { dc1: 3, dc2: 3 }, 3],
    ['EACH_QUORUM', { dc1: 3, dc2: 3 }, 3],
    ['ALL', { dc1: 3, dc2: 2 }, 3],
    ['ONE', { dc2: 1 }, 1],
    ['LOCAL_ONE', { dc1: 1, dc2: 3 }, 1],
    ['LOCAL_QUORUM', { any: 3 }, 2],
    ['QUORUM', { any: 3 }, 1],
  ] as const)('accepts %s with replicas %o and %i live local nodes', (level, replicas, live) => {
    expect(unreachableConsistency(level, 'ks', replicas, live, 'dc1')).toBeUndefined();
  });

  it.each([
    ['LOCAL_ONE', { dc2: 3 }, 3, /needs 1 replicas.*replication factor of 0 in datacenter dc1/],
    ['LOCAL_QUORUM', { dc2: 3 }, 3, /replication factor of 0 in datacenter dc1/],
    ['LOCAL_QUORUM', { dc1: 3, dc2: 3 }, 1, /needs 2 replicas.*only 1 nodes are up/],
    ['ALL', { dc1: 3, dc2: 2 }, 2, /needs 5 replicas.*only 2 nodes are up/],
  ] as const)('refuses %s with replicas %o and %i live local nodes', (level, replicas, live, expected) => {
    expect(unreachableConsistency(level, 'ks', replicas, live, 'dc1')).toMatch(expected);
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
