import { afterEach, describe, expect, it } from 'vitest';
import { frameCodec } from '#libs/cql/frame-codec.js';
import { frameTemplate } from '#libs/cql/frame-template.js';
import { HEADER_FLAG, OPCODE } from '#libs/cql/protocol.js';
import { SampleSession } from '#libs/cql/sample-session.js';
import { startSimulator } from '../simulator.js';
import { query, rawClient, string } from './raw-client.js';

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

async function simulate(options: Parameters<typeof startSimulator>[0] = {}) {
  const simulator = await startSimulator(options);
  closers.push(() => simulator.close());
  return simulator;
}

const ALIKE = Buffer.alloc(2000, 'the same again ');
const startup = (compression: string): Buffer =>
  Buffer.concat([
    Buffer.from([0, 2]),
    ...['CQL_VERSION', '3.0.0', 'COMPRESSION', compression].map((text) => string(text)),
  ]);

describe.each(['lz4', 'snappy'] as const)('frames compressed by %s', (compression) => {
  it('carry rows both ways, also answers that come late, in fewer bytes', async () => {
    const late = { kind: 'latency', distribution: { type: 'fixed', ms: 5 }, where: { access: 'read' } } as const;
    const simulator = await simulate({ script: { faults: [late] } });
    const sample = await SampleSession.connect(simulator.contactPoints[0] ?? '', { compression });
    closers.push(() => sample.close());
    const { session } = sample;
    await session.query(`CREATE KEYSPACE k WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}`);
    await session.query('CREATE TABLE k.t (key blob PRIMARY KEY, v blob)');
    const write = await session.prepare('INSERT INTO k.t (key, v) VALUES (?, ?)');
    const read = await session.prepare('SELECT v FROM k.t WHERE key = ?');
    const key = Buffer.from('key');
    const before = simulator.stats;
    const insert = frameTemplate(write, 'ONE', [key.length, ALIKE.length]);
    for (const [index, value] of [key, ALIKE].entries()) value.copy(insert.bytes, insert.valueOffsets[index]);
    const select = frameTemplate(read, 'ONE', [key.length]);
    key.copy(select.bytes, select.valueOffsets[0]);
    expect(await sample.send(1, insert)).toEqual({ outcome: 'ok' });
    const { outcome, rows } = await sample.send(2, select);
    expect([outcome, rows?.subarray(-ALIKE.length)]).toEqual(['ok', ALIKE]);
    expect(simulator.stats.bytesIn - before.bytesIn).toBeLessThan(ALIKE.length / 2);
    expect(simulator.stats.bytesOut - before.bytesOut).toBeLessThan(ALIKE.length / 2);
  });

  it('that cannot be restored end the connection with a protocol error', async () => {
    const { port } = await simulate();
    const { ask, answer } = rawClient(port);
    const ready = await ask(OPCODE.STARTUP, startup(compression));
    expect([ready?.opcode, ready?.flags]).toEqual([OPCODE.READY, 0]);
    const packed = (await frameCodec(compression)).compress(query('SELECT key FROM system.local'));
    const rows = await ask(OPCODE.QUERY, packed, { flags: HEADER_FLAG.COMPRESSION });
    expect(rows?.opcode).toBe(OPCODE.RESULT);
    const broken = await ask(OPCODE.QUERY, Buffer.alloc(40, 0xff), { flags: HEADER_FLAG.COMPRESSION });
    expect([broken?.opcode, broken?.body.int32()]).toEqual([OPCODE.ERROR, 0x000a]);
    expect(await answer()).toBeNull();
  });
});

it('an unknown algorithm is refused, and so is a compressed frame that nobody asked for', async () => {
  const { port } = await simulate();
  const unknown = await rawClient(port).ask(OPCODE.STARTUP, startup('zstd'));
  expect([unknown?.opcode, unknown?.body.int32(), unknown?.body.string()]).toEqual([
    OPCODE.ERROR,
    0x000a,
    'Unknown compression algorithm: zstd',
  ]);
  const plain = await rawClient(port).ask(OPCODE.OPTIONS, Buffer.alloc(4), { flags: HEADER_FLAG.COMPRESSION });
  expect(plain?.opcode).toBe(OPCODE.ERROR);
});
