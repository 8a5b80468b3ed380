import { afterEach, describe, expect, it, vi } from 'vitest';
import { startSimulator } from '#libs/cql-sim/simulator.js';
import { batchFrame } from './batch-frame.js';
import { textOf } from './column-type.js';
import { frameTemplate } from './frame-template.js';
import type { PreparedStatement } from './prepared.js';
import { SampleSession } from './sample-session.js';
import type { SessionOptions } from './session-options.js';

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

async function simulate(options: Parameters<typeof startSimulator>[0] = {}) {
  const simulator = await startSimulator(options);
  closers.push(() => simulator.close());
  return { simulator, contactPoint: simulator.contactPoints[0] ?? '' };
}

async function connect(contactPoint: string, options: Partial<SessionOptions> = {}) {
  const sample = await SampleSession.connect(contactPoint, options);
  closers.push(() => sample.close());
  return sample;
}

const key = (value: number): Buffer => Buffer.from(`key-${String(value).padStart(6, '0')}`);
const KEY_BYTES = 10;

async function table(sample: SampleSession, replicas = 1) {
  await sample.session.query(
    `CREATE KEYSPACE k WITH replication = {'class': 'SimpleStrategy', 'replication_factor': ${replicas}}`,
  );
  await sample.session.query('CREATE TABLE k.t (key blob PRIMARY KEY, v blob)');
  const write = await sample.session.prepare('INSERT INTO k.t (key, v) VALUES (?, ?)');
  const read = await sample.session.prepare('SELECT v FROM k.t WHERE key = ?');
  return { write, read };
}

/** An EXECUTE frame with its values in place. */
function execute(statement: PreparedStatement, values: readonly Buffer[]) {
  const template = frameTemplate(
    statement,
    'ONE',
    values.map((value) => value.length),
  );
  for (const [index, value] of values.entries()) value.copy(template.bytes, template.valueOffsets[index]);
  return template;
}

/** The bytes of the only cell of a rows body without metadata. */
const cellOf = (rows: Buffer | undefined): string => rows?.subarray(rows.length - KEY_BYTES).toString() ?? '';

describe('WireSession', () => {
  it('writes and reads rows on three nodes, each key at a node that has it', async () => {
    const { simulator, contactPoint } = await simulate({ nodes: 3 });
    const sample = await connect(contactPoint);
    expect(sample.session.nodes.map(({ address }) => address).toSorted()).toEqual([
      '127.0.0.1',
      '127.0.0.2',
      '127.0.0.3',
    ]);
    const { write, read } = await table(sample);
    await sample.session.routeBy('k');
    expect(sample.session.routes).toBe(true);
    for (let value = 0; value < 60; value++)
      expect(await sample.send(value, execute(write, [key(value), key(value)]), key(value))).toEqual({ outcome: 'ok' });
    const { nodes } = sample.session;
    const tokens = nodes.flatMap((node, index) => node.tokens.map((token) => ({ token: BigInt(token), index })));
    tokens.sort((one, other) => (one.token < other.token ? -1 : 1));
    for (let value = 0; value < 60; value++) {
      const where = `WHERE key = 0x${key(value).toString('hex')}`;
      const [row] = await sample.session.query(`SELECT token(key) AS t FROM k.t ${where}`);
      const token = BigInt(textOf(row?.['t']));
      const owner = (tokens.find((one) => one.token >= token) ?? tokens[0])?.index;
      const address = nodes[owner ?? -1]?.address;
      const others = [0, 1, 2].filter((index) => `127.0.0.${index + 1}` !== address);
      // Any node would find the row; here only the one that has it may answer.
      simulator.apply({ faults: [{ kind: 'error', code: 'SERVER', share: 1, where: { nodes: others } }] });
      const answer = await sample.send(value, execute(read, [key(value)]), key(value));
      expect(answer.message ?? cellOf(answer.rows)).toBe(String(key(value)));
    }
  });

  it('matches a late answer to the request that timed out, and to no other', async () => {
    const { simulator, contactPoint } = await simulate();
    const sample = await connect(contactPoint, { requestTimeoutMs: 200 });
    const { write, read } = await table(sample);
    for (const value of [1, 2]) await sample.send(value, execute(write, [key(value), key(value)]));
    simulator.apply({ faults: [{ kind: 'stall', atMs: 0, forMs: 500 }] });
    expect(await sample.send(1, execute(read, [key(1)]))).toMatchObject({ outcome: 'clientTimeout' });
    // The slot is used again while the first answer is still on its way.
    const second = await sample.send(1, execute(read, [key(2)]));
    await vi.waitFor(() => expect(sample.session.totals().lateAnswers).toBeGreaterThanOrEqual(1), 2000);
    const third = await sample.send(1, execute(read, [key(2)]));
    for (const answer of [second, third].filter(({ outcome }) => outcome === 'ok'))
      expect(cellOf(answer.rows)).toBe(String(key(2)));
    expect(third.outcome).toBe('ok');
  });

  it('prepares anew what the server has forgotten, statements of a batch too', async () => {
    const { simulator, contactPoint } = await simulate();
    const sample = await connect(contactPoint);
    const { write, read } = await table(sample);
    simulator.forgetPrepared();
    expect(await sample.send(1, execute(write, [key(1), key(7)]))).toEqual({ outcome: 'ok' });
    expect(sample.retries).toBe(1);
    simulator.forgetPrepared();
    const entries = [2, 3].map((value) => ({ statement: write, values: [key(value), key(value)] }));
    expect(await sample.send(2, batchFrame(entries, { type: 'unlogged', consistency: 'ONE' }))).toEqual({
      outcome: 'ok',
    });
    expect(cellOf((await sample.send(3, execute(read, [key(3)]))).rows)).toBe(String(key(3)));
  });

  it('sends batches of prepared and plain statements, with the time that they are told', async () => {
    const { contactPoint } = await simulate();
    const sample = await connect(contactPoint);
    const { write, read } = await table(sample);
    const entries = [
      { statement: write, values: [key(1), key(1)] },
      { statement: 'INSERT INTO k.t (key, v) VALUES (?, ?)', values: [key(2), key(2)] },
      { statement: `DELETE v FROM k.t WHERE key = 0x${key(3).toString('hex')}`, values: [] },
    ];
    const logged = { type: 'logged', consistency: 'QUORUM', serialConsistency: 'SERIAL', timestampUs: 5n } as const;
    expect(await sample.send(1, batchFrame(entries, logged))).toEqual({ outcome: 'ok' });
    expect(cellOf((await sample.send(1, execute(read, [key(2)]))).rows)).toBe(String(key(2)));
    const [row] = await sample.session.query(
      `SELECT writetime(v) AS at FROM k.t WHERE key = 0x${key(1).toString('hex')}`,
    );
    expect(textOf(row?.['at'])).toBe('5');

    await sample.session.query('CREATE TABLE k.c (key blob PRIMARY KEY, n counter)');
    const raise = { statement: `UPDATE k.c SET n = n + 2 WHERE key = 0x01`, values: [] };
    expect(await sample.send(1, batchFrame([raise, raise], { type: 'counter', consistency: 'ONE' }))).toEqual({
      outcome: 'ok',
    });
    expect(textOf((await sample.session.query('SELECT n FROM k.c'))[0]?.['n'])).toBe('4');
  });

  it('holds no more in flight on a connection than it may', async () => {
    const { simulator, contactPoint } = await simulate();
    const sample = await connect(contactPoint, { inFlightPerConnection: 4 });
    const { write } = await table(sample);
    simulator.apply({ faults: [{ kind: 'stall', atMs: 0, forMs: 200 }] });
    const answers = await Promise.all(
      [1, 2, 3, 4, 5].map((value) => sample.send(value, execute(write, [key(value), key(value)]))),
    );
    expect(answers.map(({ outcome }) => outcome)).toEqual(['ok', 'ok', 'ok', 'ok', 'other']);
  });

  it('fails what a lost node had in flight, goes on with the others, and comes back to it', async () => {
    const { simulator, contactPoint } = await simulate({ nodes: 2 });
    const sample = await connect(contactPoint);
    const { write } = await table(sample, 2);
    await sample.session.routeBy('k');
    simulator.apply({ faults: [{ kind: 'silence', share: 1, where: { nodes: [1] } }] });
    const pending = Array.from({ length: 8 }, (_, slot) => sample.send(slot, execute(write, [key(slot), key(slot)])));
    simulator.apply({});
    await simulator.nodeDown(1);
    const outcomes = (await Promise.all(pending)).map(({ outcome }) => outcome);
    expect(new Set(outcomes)).toEqual(new Set(['ok', 'connectionLost']));
    expect(sample.session.upNodes).toBe(1);
    expect((await sample.send(1, execute(write, [key(1), key(1)]))).outcome).toBe('ok');
    await simulator.nodeUp(1);
    await vi.waitFor(() => expect(sample.session.upNodes).toBe(2), 5000);
    expect(sample.log.join('\n')).toMatch(/lost a connection to 127\.0\.0\.2.*reconnect/s);
  });

  it('hears of nodes through another connection when the one that listened is lost', async () => {
    const { simulator, contactPoint } = await simulate({ nodes: 2 });
    const sample = await connect(contactPoint, { requestTimeoutMs: 200 });
    await table(sample);
    await sample.session.routeBy('k');
    const refreshed = vi.spyOn(sample.session, 'routeBy');
    simulator.disconnect([0]);
    await vi.waitFor(() => expect(sample.log.join('\n')).toContain('info: reconnected to 127.0.0.1'), 5000);
    await vi.waitFor(() => expect(refreshed).toHaveBeenCalled(), 5000);
    refreshed.mockClear();
    await vi.waitFor(() => {
      simulator.pushEvent({ type: 'STATUS_CHANGE', change: 'UP', address: '127.0.0.2', port: simulator.port });
      expect(refreshed).toHaveBeenCalled();
    }, 5000);
  });

  it('with no node left answers at once that there is none', async () => {
    const { simulator, contactPoint } = await simulate();
    const sample = await connect(contactPoint);
    const { write } = await table(sample);
    await simulator.nodeDown(0);
    await vi.waitFor(() => expect(sample.session.upNodes).toBe(0), 2000);
    expect((await sample.send(1, execute(write, [key(1), key(1)]))).outcome).toBe('noHost');
  });
});
