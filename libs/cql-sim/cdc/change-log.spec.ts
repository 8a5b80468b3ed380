import cassandra from 'cassandra-driver';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSimulator, type Simulator } from '../simulator.js';
import { fromBuffer } from '../storage/bytes.js';
import { vnodeOf } from './generations.js';

const GENERATIONS = 'SELECT min(time) FROM system_distributed.cdc_generation_timestamps WHERE key = ? AND time > ?';
const STREAMS = 'SELECT streams FROM system_distributed.cdc_streams_descriptions_v2 WHERE time = ?';
const options = { prepare: true };

describe("ScyllaDB's CDC log of the simulator", () => {
  let simulator: Simulator;
  let client: cassandra.Client;
  beforeAll(async () => {
    simulator = await startSimulator({ personality: 'scylla', nodes: 1, shards: 2, tokensPerNode: 4 });
    client = new cassandra.Client({
      contactPoints: simulator.contactPoints,
      localDataCenter: 'datacenter1',
      protocolOptions: { port: simulator.port },
    });
    await client.execute(`CREATE KEYSPACE k WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}`);
    await client.execute(
      `CREATE TABLE k.t (id int, c int, v text, m map<text, text>, PRIMARY KEY (id, c)) WITH cdc = {'enabled': true}`,
    );
    await client.execute('CREATE TABLE k.plain (id int PRIMARY KEY, v text)');
  });
  afterAll(async () => {
    await client.shutdown();
    await simulator.close();
  });

  const generationAfter = async (time: Date): Promise<Date | null> =>
    (await client.execute(GENERATIONS, ['timestamps', time], options)).first()?.get(0) ?? null;

  const streamsOf = async (time: Date): Promise<Buffer[]> => {
    const { rows } = await client.execute(STREAMS, [time], options);
    return rows.flatMap((row): Buffer[] => row['streams'] ?? []);
  };

  /** Rows of the log, over all streams of a generation, in the order of their writes. */
  const logged = async (streams: readonly Buffer[], fetchSize = 5000): Promise<cassandra.types.Row[]> => {
    const ask = async (stream: Buffer): Promise<cassandra.types.Row[]> => {
      const from = cassandra.types.TimeUuid.min(new Date(0), 0);
      const to = cassandra.types.TimeUuid.max(new Date(Date.now() + 60_000), 9_999);
      const rows: cassandra.types.Row[] = [];
      const text = `SELECT * FROM k."t_scylla_cdc_log" WHERE "cdc$stream_id" = ? AND "cdc$time" > ? AND "cdc$time" <= ?`;
      for await (const row of await client.execute(text, [stream, from, to], { ...options, fetchSize })) rows.push(row);
      return rows;
    };
    const rows = (await Promise.all(streams.map(ask))).flat();
    return rows.sort((left, right) => left['cdc$time'].getDate() - right['cdc$time'].getDate());
  };

  let streams: Buffer[];
  it('names its streams by generation, vnode and shard', async () => {
    const first = await generationAfter(new Date(0));
    if (!first) throw new Error('no generation');
    streams = await streamsOf(first);
    expect(await generationAfter(first)).toBeNull();
    expect(streams).toHaveLength(8);
    expect(streams.map((stream) => stream.length)).toEqual(streams.map(() => 16));
    expect(new Set(streams.map((stream) => vnodeOf(fromBuffer(stream))))).toEqual(new Set([0, 1, 2, 3]));
  });

  it('is a table that the schema shows', async () => {
    const { rows } = await client.execute(
      `SELECT column_name, type FROM system_schema.columns WHERE keyspace_name = 'k' AND table_name = 't_scylla_cdc_log'`,
    );
    const types = Object.fromEntries(rows.map((row) => [row['column_name'], row['type']]));
    expect(types).toEqual({
      cdc$stream_id: 'blob',
      cdc$time: 'timeuuid',
      cdc$batch_seq_no: 'int',
      cdc$end_of_batch: 'boolean',
      cdc$operation: 'tinyint',
      cdc$ttl: 'bigint',
      id: 'int',
      c: 'int',
      v: 'text',
      cdc$deleted_v: 'boolean',
      m: 'frozen<map<text, text>>',
      cdc$deleted_m: 'boolean',
      cdc$deleted_elements_m: 'frozen<set<text>>',
    });
  });

  it('has a row for each change of a table with CDC, and none of others', async () => {
    const at = Date.now() * 1000;
    const write = (text: string, offset: number) => client.execute(text.replace('@', `USING TIMESTAMP ${at + offset}`));
    await write(`INSERT INTO k.t (id, c, v, m) VALUES (1, 1, 'a', {'x': 'y'}) @ AND TTL 60`, 1000);
    await write(`UPDATE k.t @ SET v = null WHERE id = 1 AND c = 1`, 2000);
    await write(`DELETE v FROM k.t @ WHERE id = 1 AND c = 1`, 3000);
    await write(`DELETE FROM k.t @ WHERE id = 1 AND c = 1`, 4000);
    await write(`DELETE FROM k.t @ WHERE id = 1`, 5000);
    await client.execute(`INSERT INTO k.plain (id, v) VALUES (1, 'a')`);
    const rows = await logged(streams);
    const shown = rows.map((row) => [
      row['cdc$operation'],
      row['c'],
      row['v'],
      row['cdc$deleted_v'],
      row['cdc$deleted_m'],
      Number(row['cdc$ttl'] ?? 0),
      row['cdc$end_of_batch'],
    ]);
    expect(shown).toEqual([
      [2, 1, 'a', null, true, 60, true],
      [1, 1, null, true, null, 0, true],
      [1, 1, null, true, null, 0, true],
      [3, 1, null, null, null, 0, true],
      [4, null, null, null, null, 0, true],
    ]);
    expect(rows.map((row) => row['cdc$time'].getDate().getTime() - at / 1000)).toEqual([1, 2, 3, 4, 5]);
    const tables = await client.execute(`SELECT table_name FROM system_schema.tables WHERE keyspace_name = 'k'`);
    const names = new Set(tables.rows.map((row): unknown => row['table_name']));
    expect(names).toEqual(new Set(['plain', 't', 't_scylla_cdc_log']));
  });

  it('numbers the rows of one write, pages through them, and marks the last', async () => {
    await client.execute('TRUNCATE k.t_scylla_cdc_log');
    const at = Date.now() * 1000;
    const inserts = [1, 2, 3].map((c) => `INSERT INTO k.t (id, c, v) VALUES (2, ${c}, 'b');`);
    await client.execute(`BEGIN UNLOGGED BATCH USING TIMESTAMP ${at} ${inserts.join(' ')} APPLY BATCH`);
    const rows = await logged(streams, 2);
    expect(rows.map((row) => [row['cdc$batch_seq_no'], row['c'], row['cdc$end_of_batch']])).toEqual([
      [0, 1, null],
      [1, 2, null],
      [2, 3, true],
    ]);
    expect(new Set(rows.map((row) => String(row['cdc$time']))).size).toBe(1);
  });

  it('shows rows late where the script says so', async () => {
    await client.execute('TRUNCATE k.t_scylla_cdc_log');
    simulator.apply({ faults: [{ kind: 'cdc-late', ms: 300 }] });
    const writtenMs = performance.now();
    await client.execute(`INSERT INTO k.t (id, c, v) VALUES (3, 1, 'late')`);
    expect(performance.now() - writtenMs < 300 ? await logged(streams) : []).toEqual([]);
    await expect.poll(async () => (await logged(streams)).length, { timeout: 10_000 }).toBe(1);
    expect(performance.now() - writtenMs).toBeGreaterThan(295);
    expect(simulator.stats.faultHits).toEqual([1]);
    simulator.apply({});
  });

  it('writes to the streams of a new generation from its time on', async () => {
    const [first] = [await generationAfter(new Date(0))];
    if (!first) throw new Error('no generation');
    simulator.newCdcGeneration(0);
    const second = await generationAfter(first);
    if (!second) throw new Error('no second generation');
    const fresh = await streamsOf(second);
    expect(fresh.map(String).filter((stream) => streams.map(String).includes(stream))).toEqual([]);
    await client.execute('TRUNCATE k.t_scylla_cdc_log');
    const at = (time: Date, offsetMs: number) => `USING TIMESTAMP ${(time.getTime() + offsetMs) * 1000}`;
    await client.execute(`INSERT INTO k.t (id, c, v) VALUES (4, 1, 'old') ${at(second, -1)}`);
    await client.execute(`INSERT INTO k.t (id, c, v) VALUES (4, 2, 'new') ${at(second, 0)}`);
    expect((await logged(streams)).map((row) => row['v'])).toEqual(['old']);
    expect((await logged(fresh)).map((row) => row['v'])).toEqual(['new']);
  });

  it('goes with its table, and when CDC is switched off', async () => {
    await client.execute(`ALTER TABLE k.plain WITH cdc = {'enabled': true}`);
    await client.execute('SELECT * FROM k.plain_scylla_cdc_log');
    await client.execute(`ALTER TABLE k.plain WITH cdc = {'enabled': false}`);
    await expect(client.execute('SELECT * FROM k.plain_scylla_cdc_log')).rejects.toThrow('plain_scylla_cdc_log');
    await client.execute('DROP TABLE k.t');
    await expect(client.execute('SELECT * FROM k.t_scylla_cdc_log')).rejects.toThrow('t_scylla_cdc_log');
  });
});
