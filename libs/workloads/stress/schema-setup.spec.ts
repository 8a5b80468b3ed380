import { afterEach, describe, expect, it } from 'vitest';
import { type CqlValue, textOf } from '#libs/cql/column-type.js';
import { sampleSpec } from './sample-spec.js';
import { SimulatedTarget } from './simulated-target.js';

const opened: SimulatedTarget[] = [];
const start = async (...options: Parameters<typeof SimulatedTarget.start>) => {
  const target = await SimulatedTarget.start(...options);
  opened.push(target);
  return target;
};
afterEach(async () => {
  await Promise.all(opened.splice(0).map((target) => target.close()));
});

const OWN_KEYSPACE = `CREATE KEYSPACE keyspace1 WITH replication = {'class':'SimpleStrategy','replication_factor':'1'}`;
/** A map of texts, as system_schema holds options. */
const optionsOf = (value: CqlValue | undefined): Record<string, string> =>
  Object.fromEntries([...(value instanceof Map ? value : [])].map(([name, option]) => [textOf(name), textOf(option)]));
const nothing = { type: 'operations', count: 0 } as const;

describe('the schema of a stress run', () => {
  it('is all that a write of n=0 makes', async () => {
    const target = await start();
    const spec = sampleSpec({ stop: nothing, columns: { count: 3 } });
    expect(await target.prepare(spec)).toMatchObject({ simulated: true, nodes: [{ datacenter: 'datacenter1' }] });
    expect(await target.carryOut(spec)).toMatchObject({ completed: 0, stopped: false, failure: undefined });
    const columns = await target.query(
      `SELECT column_name, type, kind FROM system_schema.columns WHERE keyspace_name = 'keyspace1' AND table_name = 'standard1'`,
    );
    expect(
      columns.map((row) => ['column_name', 'type', 'kind'].map((name) => textOf(row[name])).join(' ')).sort(),
    ).toEqual(['C0 blob regular', 'C1 blob regular', 'C2 blob regular', 'key blob partition_key']);
    expect(await target.query('SELECT * FROM keyspace1.standard1')).toEqual([]);
  });

  it('has the replication, compaction and compression that were asked for', async () => {
    const target = await start({ nodes: 3, dataCenter: 'dc1' });
    await target.prepare(
      sampleSpec({
        stop: nothing,
        consistencyLevel: 'ALL',
        schema: {
          keyspace: 'Mixed_Case',
          replication: { strategy: 'NetworkTopologyStrategy', options: { dc1: '3' } },
          compaction: { strategy: 'LeveledCompactionStrategy', options: { sstable_size_in_mb: '16' } },
          compression: 'LZ4Compressor',
        },
      }),
    );
    const [keyspace] = await target.query(
      `SELECT replication FROM system_schema.keyspaces WHERE keyspace_name = 'Mixed_Case'`,
    );
    expect(optionsOf(keyspace?.['replication'])).toMatchObject({
      class: expect.stringContaining('NetworkTopologyStrategy'),
      dc1: '3',
    });
    const [table] = await target.query(
      `SELECT compaction, compression FROM system_schema.tables WHERE keyspace_name = 'Mixed_Case' AND table_name = 'standard1'`,
    );
    expect(optionsOf(table?.['compaction'])).toMatchObject({
      class: expect.stringContaining('LeveledCompactionStrategy'),
      sstable_size_in_mb: '16',
    });
    expect(Object.values(optionsOf(table?.['compression'])).join()).toMatch(/LZ4Compressor/);
  });

  it('is left as it is when it is there already', async () => {
    const target = await start();
    const spec = sampleSpec();
    await target.prepare(spec);
    await target.carryOut(spec);
    await target.prepare(spec);
    expect(await target.query('SELECT key FROM keyspace1.standard1')).toHaveLength(10);
  });

  it.each([
    ['fewer columns', `(key blob PRIMARY KEY, "C0" blob)`, /C1.*expected blob, found none/],
    ['columns of another type', `(key blob PRIMARY KEY, "C0" blob, "C1" text)`, /C1.*expected blob, found text/],
    ['another key', `(id blob PRIMARY KEY, "C0" blob, "C1" blob)`, /key.*expected blob, found none/],
    [
      'a longer primary key',
      `(key blob, more blob, "C0" blob, "C1" blob, PRIMARY KEY (key, more))`,
      /primary key.*key, more/,
    ],
  ])('is refused before any load when the table has %s', async (_, columns, expected) => {
    const target = await start();
    await target.query(OWN_KEYSPACE);
    await target.query(`CREATE TABLE keyspace1.standard1 ${columns}`);
    for (const operation of ['write', 'mixed', 'read'] as const) {
      const refused = target.prepare(sampleSpec({ operation, columns: { count: 2 } }));
      await expect(refused).rejects.toMatchObject({ code: 'SCHEMA_FAILED' });
      await expect(refused).rejects.toThrow(expected);
    }
  });

  it('may have more columns than the run writes', async () => {
    const target = await start();
    await target.query(OWN_KEYSPACE);
    await target.query('CREATE TABLE keyspace1.standard1 (key blob PRIMARY KEY, "C0" blob, more text)');
    await expect(target.prepare(sampleSpec({ columns: { count: 1 } }))).resolves.toMatchObject({ simulated: true });
  });

  it('may be the compact one that cassandra-stress 3.x makes', async () => {
    const target = await start();
    await target.query(OWN_KEYSPACE);
    await target.query(
      'CREATE TABLE keyspace1.standard1 (key blob, column1 text, "C0" blob static, value blob, PRIMARY KEY (key, column1))',
    );
    await expect(target.prepare(sampleSpec({ columns: { count: 1 } }))).resolves.toMatchObject({ simulated: true });
  });

  it('must be there for reads: a sentence says what is missing', async () => {
    const target = await start();
    const read = sampleSpec({ operation: 'read' });
    await expect(target.prepare(read)).rejects.toMatchObject({ code: 'KEYSPACE_UNKNOWN' });
    await target.query(OWN_KEYSPACE);
    await expect(target.prepare(read)).rejects.toMatchObject({ code: 'KEYSPACE_UNKNOWN' });
    await expect(target.prepare(read)).rejects.toThrow(/standard1.*write it first/);
  });

  it('is refused with the words of the server when the server does not want it', async () => {
    const target = await start();
    const replication = { strategy: 'NoSuchStrategy', options: { replication_factor: '1' } };
    const refused = target.prepare(sampleSpec({ schema: { replication } }));
    await expect(refused).rejects.toMatchObject({ code: 'SCHEMA_FAILED' });
    await expect(refused).rejects.toThrow(/could not create keyspace keyspace1.*NoSuchStrategy/);
  });
});

describe('the consistency level of a stress run', () => {
  const asking = (consistencyLevel: 'QUORUM' | 'ALL' | 'THREE', factor: string) =>
    sampleSpec({
      consistencyLevel,
      schema: { replication: { strategy: 'SimpleStrategy', options: { replication_factor: factor } } },
    });

  it('is refused before any load when the replication factor cannot meet it', async () => {
    const target = await start({ nodes: 3 });
    const refused = target.prepare(asking('THREE', '2'));
    await expect(refused).rejects.toMatchObject({ code: 'CONSISTENCY_UNREACHABLE' });
    await expect(refused).rejects.toThrow(
      'consistency level THREE needs 3 replicas, but keyspace keyspace1 has a replication factor of 2',
    );
    expect(await target.query('SELECT * FROM keyspace1.standard1')).toEqual([]);
  });

  it('is refused when too few nodes are up', async () => {
    const target = await start({ nodes: 2 });
    await expect(target.prepare(asking('ALL', '3'))).rejects.toThrow(/needs 3 replicas.*only 2 nodes are up/);
    await expect(target.prepare(asking('QUORUM', '3'))).resolves.toMatchObject({ simulated: true });
  });
});
