import { describe, expect, it } from 'vitest';
import { NO_EXTENSIONS, readExtensions } from './extensions.js';

const SCYLLA = {
  SCYLLA_SHARD: ['3'],
  SCYLLA_NR_SHARDS: ['12'],
  SCYLLA_PARTITIONER: ['org.apache.cassandra.dht.Murmur3Partitioner'],
  SCYLLA_SHARDING_ALGORITHM: ['biased-token-round-robin'],
  SCYLLA_SHARDING_IGNORE_MSB: ['12'],
  SCYLLA_SHARD_AWARE_PORT: ['19042'],
  SCYLLA_SHARD_AWARE_PORT_SSL: ['19142'],
  SCYLLA_LWT_ADD_METADATA_MARK: ['LWT_OPTIMIZATION_META_BIT_MASK=2147483648'],
  SCYLLA_RATE_LIMIT_ERROR: ['ERROR_CODE=61440'],
  TABLETS_ROUTING_V1: [''],
};

describe('readExtensions', () => {
  it('reads what ScyllaDB offers and says what to answer', () => {
    expect(readExtensions(SCYLLA, false)).toEqual({
      sharding: { shard: 3, shards: 12, ignoredMsb: 12, shardAwarePort: 19_042 },
      lwtMask: 0x8000_0000,
      rateLimitCode: 0xf000,
      tablets: true,
      startup: {
        SCYLLA_LWT_ADD_METADATA_MARK: 'LWT_OPTIMIZATION_META_BIT_MASK=2147483648',
        SCYLLA_RATE_LIMIT_ERROR: 'ERROR_CODE=61440',
        TABLETS_ROUTING_V1: '',
      },
    });
    expect(readExtensions(SCYLLA, true).sharding?.shardAwarePort).toBe(19_142);
  });

  it('finds nothing in what Cassandra offers', () => {
    const cassandra = { CQL_VERSION: ['3.4.6'], COMPRESSION: ['snappy', 'lz4'], PROTOCOL_VERSIONS: ['4/v4'] };
    expect(readExtensions(cassandra, false)).toEqual(NO_EXTENSIONS);
  });

  it.each([
    ['SCYLLA_NR_SHARDS', '0'],
    ['SCYLLA_NR_SHARDS', '99999'],
    ['SCYLLA_SHARD', '12'],
    ['SCYLLA_SHARD', 'three'],
    ['SCYLLA_SHARDING_IGNORE_MSB', '64'],
    ['SCYLLA_SHARDING_ALGORITHM', 'random'],
    ['SCYLLA_PARTITIONER', 'org.apache.cassandra.dht.RandomPartitioner'],
  ])('takes a node that says %s=%s as one without shards', (name, value) => {
    expect(readExtensions({ ...SCYLLA, [name]: [value] }, false).sharding).toBeUndefined();
  });

  it('asks for nothing that it could not read', () => {
    const odd = { SCYLLA_RATE_LIMIT_ERROR: ['CODE=1'], SCYLLA_LWT_ADD_METADATA_MARK: [] };
    expect(readExtensions(odd, false).startup).toEqual({});
  });
});
