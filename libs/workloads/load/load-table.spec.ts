import { describe, expect, it } from 'vitest';
import { LoadSpec } from './load.schema.js';
import { createCql } from './load-table.js';
import { planLoad } from './load.plan.js';

const spec = (change: object = {}) => LoadSpec.parse({ dataset: 'rows', ...change });

describe('the table of a load', () => {
  it('is the load generator’s unless told otherwise', () => {
    expect(createCql(spec(), ['sort_key', 'content'])).toEqual([
      `CREATE KEYSPACE IF NOT EXISTS "content_db" WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 3} AND durable_writes = true`,
      `CREATE TABLE IF NOT EXISTS "content_db"."content_data" ("sort_key" uuid, "content" text, PRIMARY KEY (("sort_key")))`,
    ]);
  });

  it('takes keys, types and datacenters, and leaves the write time out', () => {
    const [keyspace, table] = createCql(
      spec({
        create: {
          replication: { datacenters: { dc1: 3, "o'dc": 1 } },
          partitionKey: ['a', 'b'],
          clustering: ['c'],
          types: { a: 'int', c: 'timestamp' },
        },
        timestamp: { column: 'at' },
      }),
      ['a', 'b', 'c', 'at'],
    );
    expect(keyspace).toContain(`{'class': 'NetworkTopologyStrategy', 'dc1': 3, 'o''dc': 1}`);
    expect(table).toContain(`("a" int, "b" text, "c" timestamp, PRIMARY KEY (("a", "b"), "c"))`);
  });

  it('is refused with everything that is wrong', () => {
    expect(() => createCql(spec({ create: { types: { other: 'int' } } }), ['key', 'two words'])).toThrow(
      /sort_key of the primary key is no column.*"two words" cannot be the name.*other has a type/,
    );
  });
});

describe('the plan of a load', () => {
  it.each([
    [128, 2, 3],
    [5, 4, 2],
    [1, 2, 4],
  ])('shares %i requests over lanes of %i on %i executors', (concurrency, lanes, executors) => {
    const all = planLoad({ concurrency, lanes }, { executors }).flatMap((shard) => shard.lanes);
    expect(all.reduce((sum, { threads }) => sum + threads, 0)).toBe(concurrency);
    expect(new Set(all.map(({ first }) => first)).size).toBe(all.length);
    expect(all.every(({ threads, stride }) => threads > 0 && stride === all.length)).toBe(true);
  });
});
