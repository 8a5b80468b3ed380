import { afterEach, describe, expect, it } from 'vitest';
import { OPCODE } from '#libs/cql/protocol.js';
import { startSimulator, type Simulator } from '../simulator.js';
import type { SimulatorOptions } from '../simulator-options.js';
import { query, rawClient, STARTUP, string, type Answer } from './raw-client.js';

const running: Simulator[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((simulator) => simulator.close()));
});

const problem = (answer: Answer | null) => answer && [answer.opcode, answer.body.int32(), answer.body.string()];

/** Of a simulator of its own. */
async function raw(options: SimulatorOptions = {}) {
  const simulator = await startSimulator(options);
  running.push(simulator);
  return rawClient(simulator.port);
}

describe('the handshake', () => {
  it.each([3, 5, 0x42])('answers version %d by a protocol error in a v4 frame, and hangs up', async (version) => {
    const { ask, answer } = await raw();
    expect(problem(await ask(OPCODE.OPTIONS, Buffer.alloc(0), { version }))).toEqual([
      OPCODE.ERROR,
      0x000a,
      `Invalid or unsupported protocol version (${version}); supported versions are (4/v4)`,
    ]);
    expect(await answer()).toBeNull();
  });

  it('wants STARTUP before anything else, and takes it afterwards on the same connection', async () => {
    const { ask } = await raw();
    expect(problem(await ask(OPCODE.QUERY, query('SELECT key FROM system.local')))?.slice(0, 2)).toEqual([0, 0x000a]);
    expect((await ask(OPCODE.STARTUP, STARTUP))?.opcode).toBe(OPCODE.READY);
    const rows = await ask(OPCODE.QUERY, query('SELECT key FROM system.local'), { stream: 300 });
    expect([rows?.opcode, rows?.stream]).toEqual([OPCODE.RESULT, 300]);
  });

  it('answers what it does not understand and goes on', async () => {
    const { ask } = await raw();
    await ask(OPCODE.STARTUP, STARTUP);
    expect(problem(await ask(0x33))).toEqual([OPCODE.ERROR, 0x000a, 'Unknown opcode 51']);
    expect(problem(await ask(OPCODE.QUERY, Buffer.from([0, 0, 9, 9])))?.slice(0, 2)).toEqual([0, 0x000a]);
    const id = Buffer.concat([Buffer.from([0, 16]), Buffer.alloc(16, 5), Buffer.from([0, 1, 0])]);
    const unprepared = await ask(OPCODE.EXECUTE, id);
    expect(problem(unprepared)?.[1]).toBe(0x2500);
    expect(unprepared?.body.latin1(unprepared.body.uint16())).toBe('\u0005'.repeat(16));
    expect((await ask(OPCODE.OPTIONS))?.opcode).toBe(OPCODE.SUPPORTED);
  });

  const supportedKeys = async (options: SimulatorOptions) => {
    const { ask } = await raw(options);
    const body = (await ask(OPCODE.OPTIONS))?.body;
    const keys = new Map<string, string[]>();
    for (let left = body?.uint16() ?? 0; body && left > 0; left--) keys.set(body.string(), body.stringList());
    return keys;
  };

  it('advertises shards as scylla, and nothing of the kind as cassandra', async () => {
    const scylla = await supportedKeys({ personality: 'scylla', shards: 3, shardAwarePort: 0 });
    expect(scylla.get('SCYLLA_NR_SHARDS')).toEqual(['3']);
    expect(scylla.get('SCYLLA_SHARDING_ALGORITHM')).toEqual(['biased-token-round-robin']);
    expect(Number(scylla.get('SCYLLA_SHARD_AWARE_PORT')?.[0])).toBeGreaterThan(0);
    expect([...(await supportedKeys({})).keys()]).toEqual(['CQL_VERSION', 'COMPRESSION', 'PROTOCOL_VERSIONS']);
  });

  it('sends a schema event to those who registered', async () => {
    const { ask, answer } = await raw();
    await ask(OPCODE.STARTUP, STARTUP);
    await ask(OPCODE.REGISTER, Buffer.concat([Buffer.from([0, 1]), string('SCHEMA_CHANGE')]));
    const create = `CREATE KEYSPACE k WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}`;
    const answers = [await ask(OPCODE.QUERY, query(create)), await answer()];
    const event = answers.find((frame) => frame?.opcode === OPCODE.EVENT);
    expect(event?.stream).toBe(-1);
    expect([0, 0, 0, 0].map(() => event?.body.string())).toEqual(['SCHEMA_CHANGE', 'CREATED', 'KEYSPACE', 'k']);
  });
});
