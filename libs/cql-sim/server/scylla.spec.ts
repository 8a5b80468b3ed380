import { afterEach, describe, expect, it } from 'vitest';
import { HEADER_FLAG, OPCODE, RESULT_KIND } from '#libs/cql/protocol.js';
import type { SimulatorOptions } from '../simulator-options.js';
import { startSimulator, type Simulator } from '../simulator.js';
import { longString, query, rawClient, string } from './raw-client.js';

type Client = ReturnType<typeof rawClient>;

const running: { close(): unknown }[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((one) => one.close()));
});

const EXTENSIONS = ['TABLETS_ROUTING_V1', 'SCYLLA_RATE_LIMIT_ERROR', 'SCYLLA_LWT_ADD_METADATA_MARK'];

const stringMap = (entries: readonly [string, string][]): Buffer =>
  Buffer.concat([Buffer.from([0, entries.length]), ...entries.flatMap(([key, value]) => [string(key), string(value)])]);

function client(port: number, localPort?: number): Client {
  const one = rawClient(port, '127.0.0.1', localPort);
  running.push(one);
  return one;
}

async function started(options: SimulatorOptions): Promise<Simulator> {
  const simulator = await startSimulator({ personality: 'scylla', shards: 3, ...options });
  running.push(simulator);
  const setup = client(simulator.port);
  await setup.ask(OPCODE.STARTUP, stringMap([['CQL_VERSION', '3.0.0']]));
  await setup.ask(
    OPCODE.QUERY,
    query(`CREATE KEYSPACE k WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}`),
  );
  await setup.ask(OPCODE.QUERY, query('CREATE TABLE k.t (key blob PRIMARY KEY, v int)'));
  setup.close();
  return simulator;
}

async function supported(of: Client): Promise<Map<string, string>> {
  const body = (await of.ask(OPCODE.OPTIONS))?.body;
  const keys = new Map<string, string>();
  for (let left = body?.uint16() ?? 0; body && left > 0; left--) keys.set(body.string(), body.stringList()[0] ?? '');
  return keys;
}

/** Logs in with the extensions and prepares; gives the id and the flags of the metadata. */
async function prepared(of: Client, cql: string, extensions: readonly string[] = EXTENSIONS) {
  await of.ask(
    OPCODE.STARTUP,
    stringMap([['CQL_VERSION', '3.0.0'], ...extensions.map((name): [string, string] => [name, ''])]),
  );
  const body = (await of.ask(OPCODE.PREPARE, longString(cql)))?.body;
  expect(body?.int32()).toBe(RESULT_KIND.PREPARED);
  const id = Buffer.from(body?.latin1(body.uint16()) ?? '', 'latin1');
  return { id, flags: (body?.int32() ?? 0) >>> 0 };
}

const execute = (id: Buffer, key: string): Buffer =>
  Buffer.concat([
    Buffer.from([0, 16]),
    id,
    Buffer.from([0, 1, 0x01, 0, 1, 0, 0, 0, key.length]),
    Buffer.from(key, 'latin1'),
  ]);

/** A local port with the wanted remainder; below the machine's own range, so that nothing else takes it. */
const sourcePort = (shards: number, shard: number): number => {
  const near = 20_000 + Math.floor(Math.random() * 10_000);
  return near - (near % shards) + shard;
};

describe('the scylla personality', () => {
  it('tells shards in turn on the plain port and by the source port on the other', async () => {
    const simulator = await started({});
    const keys = [];
    for (let turn = 0; turn < 3; turn++) keys.push(await supported(client(simulator.port)));
    expect(new Set(keys.map((each) => each.get('SCYLLA_SHARD')))).toEqual(new Set(['0', '1', '2']));
    const port = Number(keys[0]?.get('SCYLLA_SHARD_AWARE_PORT'));
    for (const shard of [2, 0, 1]) {
      const told = await supported(client(port, sourcePort(3, shard)));
      expect(told.get('SCYLLA_SHARD')).toBe(String(shard));
      expect(told.get('SCYLLA_NR_SHARDS')).toBe('3');
    }
  });

  it('advertises what it understands', async () => {
    const keys = await supported(client((await started({ rateLimitCode: 0xf111 })).port));
    expect(Object.fromEntries([...keys].filter(([name]) => !name.endsWith('PORT')))).toMatchObject({
      SCYLLA_NR_SHARDS: '3',
      SCYLLA_PARTITIONER: 'org.apache.cassandra.dht.Murmur3Partitioner',
      SCYLLA_SHARDING_ALGORITHM: 'biased-token-round-robin',
      SCYLLA_SHARDING_IGNORE_MSB: '12',
      SCYLLA_LWT_ADD_METADATA_MARK: 'LWT_OPTIMIZATION_META_BIT_MASK=2147483648',
      SCYLLA_RATE_LIMIT_ERROR: 'ERROR_CODE=61713',
      TABLETS_ROUTING_V1: '',
    });
  });

  it.each(['storage', 'null'] as const)(
    'counts what came to the owning shard and what went astray (%s)',
    async (mode) => {
      const simulator = await started({ mode, shards: 12 });
      // Of 12 shards, shard 4 owns 'a' and 'e', shard 6 owns 'b' and 'c': vectors of ScyllaDB's drivers.
      for (let turn = 0; turn < 12; turn++) {
        const one = client(simulator.port);
        const { id } = await prepared(one, 'SELECT v FROM k.t WHERE key = ?');
        for (const key of 'abce') await one.ask(OPCODE.EXECUTE, execute(id, key));
      }
      const { shards } = simulator.stats;
      expect(shards.map(({ owned }) => owned)).toEqual([0, 0, 0, 0, 2, 0, 2, 0, 0, 0, 0, 0]);
      expect(shards.map(({ strayed }) => strayed)).toEqual([4, 4, 4, 4, 2, 4, 2, 4, 4, 4, 4, 4]);
    },
  );

  it('tells whoever came to a wrong shard where the tablet is, if that was asked for', async () => {
    const simulator = await started({ tablets: ['k.t'], tabletBits: 1, shards: 3 });
    const payloads: (number[] | undefined)[] = [];
    for (let turn = 0; turn < 3; turn++) {
      const one = client(simulator.port);
      const shard = Number((await supported(one)).get('SCYLLA_SHARD'));
      const { id } = await prepared(one, 'SELECT v FROM k.t WHERE key = ?');
      // Token -8839064797231613815: the first of two tablets.
      const answer = await one.ask(OPCODE.EXECUTE, execute(id, 'a'));
      if (answer?.flags !== HEADER_FLAG.CUSTOM_PAYLOAD) continue;
      const { body } = answer;
      expect(body.uint16()).toBe(1);
      expect(body.string()).toBe('tablets-routing-v1');
      const bytes = Buffer.from(body.bytes() ?? '', 'latin1');
      expect(bytes.readInt32BE(0)).toBe(8);
      expect([bytes.readBigInt64BE(4), bytes.readBigInt64BE(16)]).toEqual([-(2n ** 63n), -1n]);
      expect(bytes.readInt32BE(28)).toBe(1);
      expect(bytes.toString('hex', 40, 56)).toBe('00000000000040008000000000000001');
      payloads[shard] = [bytes.readInt32BE(60), body.int32()];
    }
    // Tablet 0 is on shard 1, which had nothing to say; the others gave rows after the payload.
    expect(payloads).toEqual([[1, RESULT_KIND.ROWS], undefined, [1, RESULT_KIND.ROWS]]);
    const deaf = client(simulator.port);
    const { id } = await prepared(deaf, 'SELECT v FROM k.t WHERE key = ?', []);
    expect((await deaf.ask(OPCODE.EXECUTE, execute(id, 'a')))?.flags).toBe(0);
  });

  it('marks lightweight transactions for those who asked', async () => {
    const simulator = await started({});
    const conditional = 'UPDATE k.t SET v = 1 WHERE key = ? IF v = 2';
    const flagsOf = async (cql: string, extensions?: string[]) =>
      (await prepared(client(simulator.port), cql, extensions)).flags;
    expect(await flagsOf(conditional)).toBe(0x8000_0001);
    expect(await flagsOf(conditional, [])).toBe(1);
    expect(await flagsOf('UPDATE k.t SET v = 1 WHERE key = ?')).toBe(1);
  });

  it('slows one shard, whichever connection the request came by', async () => {
    const simulator = await started({ shards: 12 });
    simulator.apply({
      faults: [{ kind: 'latency', where: { shards: [4] }, distribution: { type: 'fixed', ms: 5 } }],
    });
    const one = client(simulator.port);
    const { id } = await prepared(one, 'SELECT v FROM k.t WHERE key = ?');
    for (const key of 'abcae') await one.ask(OPCODE.EXECUTE, execute(id, key));
    expect(simulator.stats.faultHits).toEqual([3]);
  });

  it.each([
    [EXTENSIONS, 0xf111],
    [[], 0x2300],
  ])('with %j a rate limit is error %d', async (extensions, code) => {
    const simulator = await started({ rateLimitCode: 0xf111 });
    simulator.apply({ faults: [{ kind: 'error', code: 'RATE_LIMIT' }] });
    const one = client(simulator.port);
    const { id } = await prepared(one, 'SELECT v FROM k.t WHERE key = ?', extensions);
    const answer = await one.ask(OPCODE.EXECUTE, execute(id, 'a'));
    expect([answer?.opcode, answer?.body.int32()]).toEqual([OPCODE.ERROR, code]);
  });
});
