import { Client, errors, policies, types } from 'cassandra-driver';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '#libs/load/clock.js';
import { SIMULATED_CLUSTER_NAME } from './simulated.js';
import type { SimulatorOptions } from './simulator-options.js';
import { startSimulator, type Simulator } from './simulator.js';

const opened: { simulators: Simulator[]; clients: Client[] } = { simulators: [], clients: [] };

async function simulate(options: SimulatorOptions = {}): Promise<Simulator> {
  const simulator = await startSimulator(options);
  opened.simulators.push(simulator);
  return simulator;
}

async function connect(simulator: Simulator, more: Partial<ConstructorParameters<typeof Client>[0]> = {}) {
  const client = new Client({
    contactPoints: simulator.contactPoints.slice(0, 1),
    localDataCenter: 'datacenter1',
    protocolOptions: { port: simulator.port },
    ...more,
  });
  opened.clients.push(client);
  await client.connect();
  return client;
}

afterEach(async () => {
  await Promise.all(opened.clients.splice(0).map((client) => client.shutdown()));
  await Promise.all(opened.simulators.splice(0).map((simulator) => simulator.close()));
});

const CREATE_KEYSPACE = `CREATE KEYSPACE IF NOT EXISTS "keyspace1" WITH replication =
  {'class':'NetworkTopologyStrategy','replication_factor':'1'} AND durable_writes = true`;
const CREATE_TABLE = `CREATE TABLE IF NOT EXISTS "keyspace1"."standard1" (key blob PRIMARY KEY, "C0" blob, "C1" blob)
  WITH compaction = {'class':'LeveledCompactionStrategy'} AND compression = {}`;

describe('cassandra-driver against the simulator', () => {
  it.each(['cassandra', 'scylla'] as const)('reads back what it wrote (%s)', async (personality) => {
    const client = await connect(await simulate({ personality }));
    await client.execute(CREATE_KEYSPACE);
    await client.execute(CREATE_TABLE);
    const [key, c0, c1] = [Buffer.from('k1'), Buffer.from([0, 255, 7]), Buffer.alloc(34, 9)];
    const prepare = { prepare: true };
    await client.execute('UPDATE "keyspace1"."standard1" SET "C0" = ?, "C1" = ? WHERE key = ?', [c0, c1, key], prepare);
    const { rows } = await client.execute(
      'SELECT "C0", "C1" FROM "keyspace1"."standard1" WHERE key = ?',
      [key],
      prepare,
    );
    expect(rows.map((row) => [row['C0'], row['C1']])).toEqual([[c0, c1]]);
    const missing = await client.execute('SELECT * FROM keyspace1.standard1 WHERE key = 0x00');
    expect(missing.rowLength).toBe(0);
  });

  it('shows its name, its nodes and its schema', async () => {
    const simulator = await simulate({ nodes: 3 });
    const client = await connect(simulator);
    const local = await client.execute('SELECT cluster_name FROM system.local');
    expect(local.first()['cluster_name']).toBe(SIMULATED_CLUSTER_NAME);
    expect(client.hosts.keys().sort()).toEqual(simulator.contactPoints);
    await client.execute(CREATE_KEYSPACE);
    await client.execute(CREATE_TABLE);
    const table = await client.metadata.getTable('keyspace1', 'standard1');
    expect(table.columns.map(({ name, type }) => [name, type.code])).toEqual([
      ['C0', types.dataTypes.blob],
      ['C1', types.dataTypes.blob],
      ['key', types.dataTypes.blob],
    ]);
    expect(table.partitionKeys.map(({ name }) => name)).toEqual(['key']);
  });
});

/** One simulator with a keyspace `k` of its own (3 replicas on 3 nodes), ready for CQL. */
async function keyspace(options: SimulatorOptions = {}) {
  const simulator = await simulate({ nodes: 3, ...options });
  const client = await connect(simulator);
  await client.execute(`CREATE KEYSPACE k WITH replication = {'class':'SimpleStrategy','replication_factor':3}`);
  await client.execute('USE k');
  return { simulator, client };
}

const codeOf = async (failing: Promise<unknown>): Promise<string> => {
  const error = await failing.then(
    () => undefined,
    (cause: unknown) => cause,
  );
  if (error instanceof errors.ResponseError) return `${error.code.toString(16)} ${error.message}`;
  if (error instanceof errors.NoHostAvailableError) return Object.values(error.innerErrors).map(String).join('; ');
  return String(error);
};

describe('CQL', () => {
  it('keeps rows of a partition in clustering order, either way, and cuts slices out of it', async () => {
    const { client } = await keyspace();
    await client.execute(
      'CREATE TABLE e (p text, c int, v text, PRIMARY KEY (p, c)) WITH CLUSTERING ORDER BY (c DESC)',
    );
    for (const c of [3, -1, 2, 10]) {
      await client.execute('INSERT INTO e (p, c, v) VALUES (?, ?, ?)', ['a', c, `v${c}`], { prepare: true });
    }
    const values = async (query: string) => (await client.execute(query)).rows.map((row) => row['c']);
    expect(await values(`SELECT c FROM e WHERE p = 'a'`)).toEqual([10, 3, 2, -1]);
    expect(await values(`SELECT c FROM e WHERE p = 'a' ORDER BY c ASC LIMIT 3`)).toEqual([-1, 2, 3]);
    expect(await values(`SELECT c FROM e WHERE p = 'a' AND c > -1 AND c <= 3`)).toEqual([3, 2]);
    expect(await values(`SELECT c FROM e WHERE p = 'a' AND c IN (10, 2, 7)`)).toEqual([10, 2]);
    expect(await values(`SELECT c FROM e WHERE v = 'v2' ALLOW FILTERING`)).toEqual([2]);
    await client.execute(`DELETE FROM e WHERE p = 'a' AND c < 3`);
    expect(await values(`SELECT c FROM e WHERE p = 'a'`)).toEqual([10, 3]);
  });

  it('pages through partitions and rows without losing or repeating one', async () => {
    const { client } = await keyspace();
    await client.execute('CREATE TABLE e (p int, c int, PRIMARY KEY (p, c))');
    const all = Array.from({ length: 60 }, (_, i) => [i % 7, i] as const);
    await Promise.all(all.map((row) => client.execute('INSERT INTO e (p, c) VALUES (?, ?)', row, { prepare: true })));
    const read = async (query: string, fetchSize: number) => {
      const rows: string[] = [];
      let pages = 0;
      let pageState: string | undefined;
      do {
        const page = await client.execute(query, [], {
          fetchSize,
          autoPage: false,
          ...(pageState ? { pageState } : {}),
        });
        rows.push(...page.rows.map((row) => `${row['p']}/${row['c']}`));
        pageState = page.pageState;
        pages++;
      } while (pageState);
      return { rows, pages };
    };
    const sorted = all.map(([p, c]) => `${p}/${c}`).sort();
    const whole = await read('SELECT p, c FROM e', 5000);
    const paged = await read('SELECT p, c FROM e', 7);
    expect(whole.rows.toSorted()).toEqual(sorted);
    expect(paged.rows).toEqual(whole.rows);
    expect(paged.pages).toBe(Math.ceil(60 / 7));
    expect((await read('SELECT p, c FROM e LIMIT 20', 7)).rows).toEqual(whole.rows.slice(0, 20));
    expect((await read('SELECT p, c FROM e PER PARTITION LIMIT 2', 3)).rows).toHaveLength(14);
    const reversed = await read('SELECT p, c FROM e WHERE p IN (1, 2) ORDER BY c DESC', 4);
    expect(reversed.rows.filter((row) => row.startsWith('1/'))[0]).toBe('1/57');
    expect(reversed.rows).toHaveLength(18);
    expect((await client.execute('SELECT count(*) FROM e')).first()['count'].toNumber()).toBe(60);
  });

  it('splits a table by token ranges', async () => {
    const { client } = await keyspace();
    await client.execute('CREATE TABLE e (k blob PRIMARY KEY)');
    for (const key of ['a', 'b', 'c', 'e']) await client.execute('INSERT INTO e (k) VALUES (?)', [Buffer.from(key)]);
    const keys = async (where: string) =>
      (await client.execute(`SELECT k, token(k) AS t FROM e WHERE ${where}`)).rows.map((row) => String(row['k']));
    expect(await keys('token(k) > -9223372036854775808')).toEqual(['a', 'c', 'e', 'b']);
    expect(await keys('token(k) >= token(0x63)')).toEqual(['c', 'e', 'b']);
    const scan = await client.execute('SELECT k FROM e WHERE token(k) > token(?) LIMIT 1', [Buffer.from('c')], {
      prepare: true,
    });
    expect(String(scan.first()['k'])).toBe('e');
    await expect(keys('token(k) > token(0x63, 0x64)')).rejects.toThrow('1 required but 2 provided');
    expect(await keys('token(k) > -8839064797231613815 AND token(k) <= -4200008757497435756')).toEqual(['c', 'e']);
  });

  it('lets the later write win, whatever the order of arrival', async () => {
    const { client } = await keyspace();
    await client.execute('CREATE TABLE e (k int PRIMARY KEY, a text, b text)');
    await client.execute(`UPDATE e USING TIMESTAMP 200 SET a = 'late' WHERE k = 1`);
    await client.execute(`UPDATE e USING TIMESTAMP 100 SET a = 'early', b = 'only' WHERE k = 1`);
    const row = (await client.execute('SELECT a, b, writetime(a) AS at FROM e WHERE k = 1')).first();
    expect([row['a'], row['b'], row['at'].toNumber()]).toEqual(['late', 'only', 200]);
    await client.execute('DELETE FROM e USING TIMESTAMP 150 WHERE k = 1');
    expect((await client.execute('SELECT a, b FROM e WHERE k = 1')).first().values()).toEqual(['late', null]);
    await client.execute('DELETE a FROM e USING TIMESTAMP 300 WHERE k = 1');
    expect((await client.execute('SELECT a FROM e WHERE k = 1')).rowLength).toBe(0);
  });

  it('applies conditional writes once and shows what stood in their way', async () => {
    const { client } = await keyspace();
    await client.execute('CREATE TABLE e (k int PRIMARY KEY, v int)');
    const first = async (query: string) => {
      const row = (await client.execute(query)).first();
      return Object.fromEntries(row.keys().map((name) => [name, row[name]]));
    };
    expect(await first('INSERT INTO e (k, v) VALUES (1, 5) IF NOT EXISTS')).toEqual({ '[applied]': true });
    expect(await first('INSERT INTO e (k, v) VALUES (1, 6) IF NOT EXISTS')).toEqual({ '[applied]': false, k: 1, v: 5 });
    expect(await first('UPDATE e SET v = 7 WHERE k = 1 IF v = 4')).toEqual({ '[applied]': false, v: 5 });
    expect(await first('UPDATE e SET v = 7 WHERE k = 1 IF v > 4')).toEqual({ '[applied]': true });
    expect(await first('UPDATE e SET v = 7 WHERE k = 2 IF EXISTS')).toEqual({ '[applied]': false });
    expect(await first('DELETE FROM e WHERE k = 1 IF v = 7')).toEqual({ '[applied]': true });
    expect((await client.execute('SELECT * FROM e')).rowLength).toBe(0);
  });

  it('counts, and edits collections in place', async () => {
    const { client } = await keyspace();
    await client.execute('CREATE TABLE n (k int PRIMARY KEY, c counter)');
    const up = 'UPDATE n SET c = c + ? WHERE k = 1';
    await Promise.all(
      Array.from({ length: 20 }, () => client.execute(up, [types.Long.fromNumber(3)], { prepare: true })),
    );
    await client.execute('UPDATE n SET c = c - 10 WHERE k = 1');
    expect((await client.execute('SELECT c FROM n')).first()['c'].toNumber()).toBe(50);

    await client.execute('CREATE TABLE e (k int PRIMARY KEY, l list<int>, s set<text>, m map<text, int>)');
    await client.execute(`INSERT INTO e (k, l, s, m) VALUES (1, [1], {'b', 'a', 'b'}, {'x': 1})`);
    await client.execute(`UPDATE e SET l = l + [2, 3], s = s + {'c'}, m = m + {'y': 2} WHERE k = 1`);
    await client.execute(`UPDATE e SET l = [0] + l, s = s - {'a'}, m['x'] = 9 WHERE k = 1`);
    await client.execute(`UPDATE e SET l[1] = 7 WHERE k = 1`);
    const row = (await client.execute('SELECT * FROM e')).first();
    expect([row['l'], row['s'], row['m']]).toEqual([[0, 7, 2, 3], ['b', 'c'], { x: 9, y: 2 }]);
  });

  it('gives every simple type back as it was written, as a literal and as a bound value', async () => {
    const { client } = await keyspace();
    const columns: [string, string, unknown][] = [
      ['ascii', `'a'`, 'a'],
      ['bigint', '-9223372036854775808', types.Long.MIN_VALUE],
      ['blob', '0x00ff', Buffer.from([0, 255])],
      ['boolean', 'true', true],
      ['date', `'2024-02-29'`, new types.LocalDate(2024, 2, 29)],
      ['decimal', '-12.50', types.BigDecimal.fromString('-12.50')],
      ['double', '1.5e300', 1.5e300],
      ['float', '-0.25', -0.25],
      ['inet', `'2001:db8::1'`, types.InetAddress.fromString('2001:db8::1')],
      ['int', '-5', -5],
      ['smallint', '-300', -300],
      ['text', `'grüß''e'`, `grüß'e`],
      ['time', `'13:14:15.000000001'`, types.LocalTime.fromString('13:14:15.000000001')],
      ['timestamp', `'2024-05-06T07:08:09.123Z'`, new Date('2024-05-06T07:08:09.123Z')],
      [
        'timeuuid',
        '50554d6e-29bb-11e5-b345-feff819cdc9f',
        types.TimeUuid.fromString('50554d6e-29bb-11e5-b345-feff819cdc9f'),
      ],
      ['tinyint', '-128', -128],
      ['uuid', '123e4567-e89b-42d3-a456-426614174000', types.Uuid.fromString('123e4567-e89b-42d3-a456-426614174000')],
      [
        'varint',
        '-170141183460469231731687303715884105728',
        types.Integer.fromString('-170141183460469231731687303715884105728'),
      ],
    ];
    const names = columns.map(([type]) => `c_${type}`);
    await client.execute(
      `CREATE TABLE e (k int PRIMARY KEY, ${columns.map(([type], i) => `${names[i]} ${type}`).join(', ')})`,
    );
    await client.execute(
      `INSERT INTO e (k, ${names.join(', ')}) VALUES (1, ${columns.map(([, literal]) => literal).join(', ')})`,
    );
    const marks = columns.map(() => '?').join(', ');
    const values = columns.map(([, , value]) => value);
    await client.execute(`INSERT INTO e (k, ${names.join(', ')}) VALUES (2, ${marks})`, values, { prepare: true });
    for (const key of [1, 2]) {
      const row = (await client.execute('SELECT * FROM e WHERE k = ?', [key], { prepare: true })).first();
      const shown = names.map(
        (name) => `${name} ${row[name] instanceof Buffer ? row[name].toString('hex') : String(row[name])}`,
      );
      expect(shown).toEqual(
        names.map(
          (name, i) => `${name} ${values[i] instanceof Buffer ? values[i].toString('hex') : String(values[i])}`,
        ),
      );
    }
  });

  it('runs batches, logged and unlogged, prepared or not', async () => {
    const { client } = await keyspace();
    await client.execute('CREATE TABLE e (k int PRIMARY KEY, v text)');
    const queries = [1, 2, 3].map((k) => ({ query: 'INSERT INTO e (k, v) VALUES (?, ?)', params: [k, `v${k}`] }));
    await client.batch(queries, { prepare: true, logged: false });
    await client.batch([`UPDATE e SET v = 'x' WHERE k = 1`, 'DELETE FROM e WHERE k = 2'], { prepare: false });
    await client.execute(`BEGIN BATCH INSERT INTO e (k, v) VALUES (9, 'q'); DELETE FROM e WHERE k = 3; APPLY BATCH`);
    const { rows } = await client.execute('SELECT k, v FROM e');
    expect(rows.map((row) => `${row['k']}${row['v']}`).sort()).toEqual(['1x', '9q']);
  });

  it('expires cells and rows by the clock', async () => {
    let epochMs = 1_700_000_000_000;
    const { client } = await keyspace({ clock: { ...systemClock, epochMs: () => epochMs } });
    await client.execute('CREATE TABLE e (k int PRIMARY KEY, a text, b text)');
    await client.execute(`INSERT INTO e (k, a) VALUES (1, 'x') USING TTL 10`);
    await client.execute(`UPDATE e SET b = 'stays' WHERE k = 1`);
    epochMs += 9_000;
    expect((await client.execute('SELECT a, b, ttl(a) AS left FROM e')).first().values()).toEqual(['x', 'stays', 1]);
    epochMs += 1_000;
    expect((await client.execute('SELECT a, b FROM e')).first().values()).toEqual([null, 'stays']);
  });

  it('shares static cells among the rows of a partition', async () => {
    const { client } = await keyspace();
    await client.execute('CREATE TABLE e (p int, c int, s text STATIC, PRIMARY KEY (p, c))');
    await client.execute(`UPDATE e SET s = 'one' WHERE p = 1`);
    expect((await client.execute('SELECT p, c, s FROM e WHERE p = 1')).first().values()).toEqual([1, null, 'one']);
    await client.execute('INSERT INTO e (p, c) VALUES (1, 1)');
    await client.execute(`INSERT INTO e (p, c, s) VALUES (1, 2, 'two')`);
    const { rows } = await client.execute('SELECT c, s FROM e WHERE p = 1');
    expect(rows.map((row) => row.values())).toEqual([
      [1, 'two'],
      [2, 'two'],
    ]);
    expect((await client.execute('SELECT DISTINCT p, s FROM e')).rowLength).toBe(1);
  });

  it('makes prepared statements stale when their table changes, and the driver prepares anew', async () => {
    const { client } = await keyspace();
    await client.execute('CREATE TABLE e (k int PRIMARY KEY, a text)');
    const insert = 'INSERT INTO e (k, a) VALUES (?, ?)';
    await client.execute(insert, [1, 'x'], { prepare: true });
    await client.execute('ALTER TABLE e ADD b int');
    await client.execute(insert, [2, 'y'], { prepare: true });
    expect((await client.execute('SELECT k, a, b FROM e WHERE k = 2')).first().values()).toEqual([2, 'y', null]);
    await client.execute('ALTER TABLE e DROP a');
    expect(await codeOf(client.execute('SELECT a FROM e'))).toContain('2200 Undefined column name a');
    await client.execute('TRUNCATE e');
    expect((await client.execute('SELECT count(*) FROM e')).first()['count'].toNumber()).toBe(0);
  });

  it('refuses a bound value of the wrong length and a wrong number of values', async () => {
    const { client } = await keyspace();
    await client.execute('CREATE TABLE e (k int PRIMARY KEY)');
    const insert = 'INSERT INTO e (k) VALUES (?)';
    const asLong = client.execute(insert, [types.Long.fromNumber(1)], { hints: ['bigint'] });
    expect(await codeOf(asLong)).toContain('2200 Expected 4 or 0 byte int (8)');
    expect(await codeOf(client.execute(insert, []))).toContain('2200 there were 1 markers(?) in CQL but 0 bound');
  });

  it.each([
    ['SELECT * FROM nope.e', '2200 keyspace nope does not exist'],
    ['SELECT * FROM nope', '2200 unconfigured table nope'],
    ['SELECT x FROM e', '2200 Undefined column name x in table k.e'],
    ['SELECT * FROM e WHERE v = 1', '2200 Cannot execute this query as it might involve data filtering'],
    ['UPDATE e SET v = 1', `2000 line 1:18 mismatched input '<EOF>' expecting K_WHERE`],
    ['UPDATE e SET k = 1 WHERE k = 2', '2200 PRIMARY KEY part k found in SET part'],
    [`INSERT INTO e (k, v) VALUES ('a', 1)`, '2200 Invalid STRING constant (a) for "k" of type int'],
    ['INSERT INTO e (v) VALUES (1)', '2200 Some partition key parts are missing: k'],
    ['INSERT INTO e (k, v) VALUES (null, 1)', '2200 Invalid null value in condition for column k'],
    ['CREATE TABLE e (k int PRIMARY KEY)', '2400 Cannot add already existing table "e" to keyspace "k"'],
    ['CREATE TABLE f (k int)', '2200 No PRIMARY KEY specifed'],
    ['CREATE TABLE f (k int PRIMARY KEY) WITH colour = 1', `2000 Unknown property 'colour'`],
    [`CREATE KEYSPACE x WITH replication = {'class': 'Best'}`, '2300 Unable to find replication strategy class'],
    [
      `CREATE KEYSPACE x WITH replication = {'class': 'NetworkTopologyStrategy', 'dc9': 1}`,
      '2300 Unrecognized strategy option {dc9}',
    ],
    ['DROP TABLE nope', `2200 Table 'k.nope' doesn't exist`],
    ['TRUNCATE system.local', '2100 system keyspace is not user-modifiable.'],
  ])('refuses %s', async (query, answer) => {
    const { client } = await keyspace();
    await client.execute('CREATE TABLE e (k int PRIMARY KEY, v int)');
    expect(await codeOf(client.execute(query))).toContain(answer);
  });
});

describe('the simulated cluster', () => {
  it('refuses a consistency level that the living replicas cannot meet, and says so to those who listen', async () => {
    const { client, simulator } = await keyspace();
    await client.execute('CREATE TABLE e (k int PRIMARY KEY)');
    const retry = new policies.retry.FallthroughRetryPolicy();
    const quorum = { prepare: true, consistency: types.consistencies.quorum, retry };
    const insert = 'INSERT INTO e (k) VALUES (?)';
    const takeDown = async (node: number) => {
      const seen = new Promise((resolve) =>
        client.once('hostDown', (host: { address: string }) => resolve(host.address)),
      );
      await simulator.nodeDown(node);
      expect(await seen).toBe(simulator.contactPoints[node]);
    };
    await takeDown(2);
    await client.execute(insert, [1], quorum);
    await takeDown(1);
    expect(await codeOf(client.execute(insert, [1], quorum))).toContain('(2 required but only 1 alive)');
    await client.execute(insert, [1], { prepare: true, consistency: types.consistencies.one });
    await simulator.nodeUp(1);
    await client.execute(insert, [1], quorum);
  });

  it('counts replicas against nodes: QUORUM of 3 on one node is out of reach', async () => {
    const { client } = await keyspace({ nodes: 1 });
    await client.execute('CREATE TABLE e (k int PRIMARY KEY)');
    const failing = client.execute('SELECT * FROM e WHERE k = 1', [], { consistency: types.consistencies.quorum });
    expect(await codeOf(failing)).toContain('QUORUM');
  });

  it('says when its storage is full, counts the refused writes, and takes writes again after TRUNCATE', async () => {
    const { client, simulator } = await keyspace({ maxBytes: 20_000 });
    await client.execute('CREATE TABLE e (k int PRIMARY KEY, v blob)');
    const insert = (k: number) =>
      client.execute('INSERT INTO e (k, v) VALUES (?, ?)', [k, Buffer.alloc(9000)], { prepare: true });
    await insert(1);
    await insert(2);
    expect(await codeOf(insert(3))).toContain('simulator storage full: 20000 bytes; start it with --max-bytes');
    expect(simulator.stats.refusedWrites).toBeGreaterThan(0);
    await insert(2);
    await client.execute('TRUNCATE e');
    expect(simulator.stats.storedBytes).toBe(0);
    await insert(3);
  });

  it('lets a test change one value behind the clients back', async () => {
    const { client, simulator } = await keyspace();
    await client.execute('CREATE TABLE e (k text PRIMARY KEY, v text)');
    await client.execute(`INSERT INTO e (k, v) VALUES ('a', 'true')`);
    const cell = simulator.cell({ keyspace: 'k', table: 'e', key: Buffer.from('a'), column: 'v' });
    expect(cell.get()?.toString()).toBe('true');
    cell.set(Buffer.from('false'));
    expect((await client.execute('SELECT v FROM e')).first()['v']).toBe('false');
    expect(() => simulator.cell({ keyspace: 'k', table: 'e', key: Buffer.from('b'), column: 'v' }).set(null)).toThrow(
      /no stored row/,
    );
  });

  it('answers in null mode without storing', async () => {
    const { client, simulator } = await keyspace({ mode: 'null' });
    await client.execute('CREATE TABLE e (k int PRIMARY KEY, v text)');
    const before = simulator.stats.storedBytes;
    await client.execute('INSERT INTO e (k, v) VALUES (?, ?)', [1, 'x'], { prepare: true });
    const { rows } = await client.execute('SELECT k, v FROM e WHERE k = ?', [1], { prepare: true });
    expect(rows.map((row) => row.values())).toEqual([[0, 'x'.repeat(34)]]);
    const insert = (k: number) => ({ query: 'INSERT INTO e (k, v) VALUES (?, ?)', params: [k, 'y'] });
    await client.batch([insert(2), insert(3)], { prepare: true, logged: false });
    expect(simulator.stats.requests['BATCH']).toBe(1);
    expect(simulator.stats.storedBytes).toBe(before);
    expect(simulator.stats.requests['EXECUTE']).toBe(2);
  });

  it('lets only those in who know the password', async () => {
    const simulator = await simulate({ auth: { user: 'u', password: 'p' } });
    const good = await connect(simulator, { credentials: { username: 'u', password: 'p' } });
    expect((await good.execute('SELECT key FROM system.local')).rowLength).toBe(1);
    const bad = connect(simulator, { credentials: { username: 'u', password: 'x' } });
    await expect(bad).rejects.toMatchObject({ innerErrors: expect.anything() });
    expect(simulator.stats.errors['0x0100']).toBeGreaterThan(0);
  });
});

describe('faults by script', () => {
  it('answers with the errors asked for, carried out or not', async () => {
    const { client, simulator } = await keyspace();
    await client.execute('CREATE TABLE e (k int PRIMARY KEY)');
    const insert = (k: number) =>
      client.execute('INSERT INTO e (k) VALUES (?)', [k], {
        prepare: true,
        retry: new policies.retry.FallthroughRetryPolicy(),
      });
    const count = async () => (await client.execute('SELECT count(*) FROM e')).first()['count'].toNumber();
    simulator.apply({ faults: [{ kind: 'error', code: 'WRITE_TIMEOUT', applied: true }] });
    expect(await codeOf(insert(1))).toContain('1100 ');
    expect(await count()).toBe(1);
    simulator.apply({ faults: [{ kind: 'overload', share: 1 }] });
    expect(await codeOf(insert(2))).toContain('1001 ');
    expect(await count()).toBe(1);
    simulator.apply({});
    await insert(2);
    expect(await count()).toBe(2);
  });

  it('hits the same requests again with the same seed', async () => {
    const outcomes = async () => {
      const { client, simulator } = await keyspace({ nodes: 1 });
      await client.execute('CREATE TABLE e (k int PRIMARY KEY)');
      simulator.apply({ seed: 7, faults: [{ kind: 'error', code: 'INVALID', share: 0.5 }] });
      const hits: string[] = [];
      for (let k = 0; k < 40; k++) {
        hits.push(await codeOf(client.execute('SELECT k FROM e WHERE k = ?', [k], { prepare: true })));
      }
      return { hits, counted: simulator.stats.faultHits };
    };
    const [one, two] = [await outcomes(), await outcomes()];
    expect(one).toEqual(two);
    expect(new Set(one.hits).size).toBe(2);
    expect(one.counted).toEqual([one.hits.filter((hit) => hit.startsWith('2200')).length]);
  });

  it('refuses a script with every problem at once', async () => {
    const simulator = await simulate();
    const script = { faults: [{ kind: 'stall', atMs: -1, forMs: 'x' }, { kind: 'magic' }], extra: 1 };
    expect(() => simulator.apply(JSON.parse(JSON.stringify(script)))).toThrow(
      /atMs[\s\S]*forMs[\s\S]*kind[\s\S]*extra/,
    );
  });
});
