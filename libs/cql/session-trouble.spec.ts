import { afterEach, describe, expect, it, vi } from 'vitest';
import { startSimulator } from '#libs/cql-sim/simulator.js';
import { frameTemplate } from './frame-template.js';
import { SampleSession } from './sample-session.js';
import type { SessionOptions } from './session-options.js';

/** For many operations at once on a machine that does much else. */
const PATIENT = { requestTimeoutMs: 50_000, controlTimeoutMs: 15_000 };
/** Where the keys begin that the second requests of a slot ask for. */
const OTHERS = 5000;

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

/** A simulated cluster, a session to it, and a write of one row by slot. */
async function open(simulated: Parameters<typeof startSimulator>[0], options: Partial<SessionOptions> = {}) {
  const simulator = await startSimulator(simulated);
  closers.push(() => simulator.close());
  const sample = await SampleSession.connect(simulator.contactPoints[0] ?? '', options);
  closers.push(() => sample.close());
  const { session } = sample;
  await session.query(`CREATE KEYSPACE k WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}`);
  await session.query('CREATE TABLE k.t (key blob PRIMARY KEY)');
  const insert = await session.prepare('INSERT INTO k.t (key) VALUES (?)');
  const write = (slot: number) => {
    const template = frameTemplate(insert, 'ONE', [4]);
    template.bytes.writeInt32BE(slot, template.valueOffsets[0] ?? 0);
    return sample.send(slot, template);
  };
  const counted = () => simulator.stats;
  return { simulator, sample, write, counted };
}

/** Every opcode that a client sends: what is silent to all of them looks like a host that is gone. */
const ANYTHING = ['OPTIONS', 'STARTUP', 'REGISTER', 'QUERY', 'PREPARE', 'EXECUTE'] as const;
const silentNode = { kind: 'silence' as const, share: 1, where: { nodes: [1], opcodes: [...ANYTHING] } };

describe('a connection from which nothing comes any more', () => {
  it('is replaced when its requests time out and it gives no sign of life; the other node goes on', async () => {
    const { simulator, sample, write } = await open(
      { nodes: 2 },
      { requestTimeoutMs: 300, controlTimeoutMs: 300, heartbeatMs: 60_000 },
    );
    simulator.apply({ faults: [silentNode] });
    const outcomes = new Set<string>();
    await vi.waitFor(async () => {
      const answers = await Promise.all(Array.from({ length: 8 }, (_, slot) => write(slot)));
      for (const { outcome } of answers) outcomes.add(outcome);
      expect(sample.log.join('\n')).toMatch(
        /lost a connection to 127\.0\.0\.2.*not even a sign of life.*no answer within/,
      );
    }, 15_000);
    expect([...outcomes].toSorted()).toEqual(['clientTimeout', 'connectionLost', 'ok']);
    expect(sample.session.upNodes).toBe(1);
    expect(await write(1)).toEqual({ outcome: 'ok' });

    simulator.apply({});
    await vi.waitFor(() => expect(sample.session.upNodes).toBe(2), 15_000);
  });

  it('is replaced when it is idle and misses a heartbeat', async () => {
    const { simulator, sample } = await open(
      { nodes: 2 },
      { requestTimeoutMs: 1000, controlTimeoutMs: 200, heartbeatMs: 200 },
    );
    simulator.apply({ faults: [silentNode] });
    await vi.waitFor(() => expect(sample.session.upNodes).toBe(1), 15_000);
    expect(sample.log.join('\n')).toMatch(/lost a connection to 127\.0\.0\.2.*not even a sign of life/);
  });

  it('stays when it answers heartbeats, though its requests time out', async () => {
    const { simulator, sample, write } = await open({}, { requestTimeoutMs: 200, controlTimeoutMs: 200 });
    simulator.apply({ faults: [{ kind: 'silence', share: 1 }] });
    for (const slot of [1, 2, 3, 4]) expect(await write(slot)).toMatchObject({ outcome: 'clientTimeout' });
    expect(sample.log.join('\n')).not.toContain('lost a connection');
    expect(sample.session.upNodes).toBe(1);
  });
});

describe('a node that restarts', () => {
  it('gets as many connections again as it had, however often the topology is read meanwhile', async () => {
    const { simulator, sample, counted } = await open({ nodes: 2 }, { connectionsPerNode: 2 });
    await vi.waitFor(() => expect(counted().connections).toBe(4), 10_000);
    await simulator.nodeDown(1);
    await vi.waitFor(() => expect(sample.session.upNodes).toBe(1), 10_000);
    for (let round = 0; round < 2; round++) {
      const asked = counted().requests['QUERY'] ?? 0;
      simulator.pushEvent({ type: 'STATUS_CHANGE', change: 'UP', address: '127.0.0.2', port: simulator.port });
      await vi.waitFor(() => expect(counted().requests['QUERY']).toBeGreaterThan(asked), 10_000);
    }
    await simulator.nodeUp(1);
    await vi.waitFor(() => expect(counted().connections).toBe(4), 15_000);
    // Attempts beyond those would come within the backoff of what was counted twice.
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect(counted().connections).toBe(4);
  });

  it('is prepared anew once for all that was in flight', async () => {
    const { simulator, write, counted } = await open({}, { inFlightPerConnection: 2048, ...PATIENT });
    const before = counted().requests['PREPARE'] ?? 0;
    simulator.forgetPrepared();
    const answers = await Promise.all(Array.from({ length: 1000 }, (_, slot) => write(slot)));
    expect(new Set(answers.map(({ outcome }) => outcome))).toEqual(new Set(['ok']));
    expect((counted().requests['PREPARE'] ?? 0) - before).toBe(1);
  });

  it('is unavailable, not overloaded, when it says that it is leaving', async () => {
    const { simulator, write } = await open({});
    const said = (message: string) => simulator.apply({ faults: [{ kind: 'error', code: 'OVERLOADED', message }] });
    said('Server is shutting down');
    expect(await write(1)).toEqual({ outcome: 'unavailable', message: 'Server is shutting down' });
    said('Too many requests');
    expect(await write(1)).toEqual({ outcome: 'overloaded', message: 'Too many requests' });
  });
});

describe('32,768 requests in flight on one connection', () => {
  it('use every stream id, and one more finds none', async () => {
    const { write, sample } = await open({}, { inFlightPerConnection: 32_768, ...PATIENT });
    // All begin in one turn of the event loop: no answer can come in between.
    const all = Array.from({ length: 32_768 }, (_, slot) => write(slot));
    expect(await write(40_000)).toMatchObject({ outcome: 'other' });
    const answers = await Promise.all(all);
    expect(answers.filter(({ outcome }) => outcome !== 'ok')).toEqual([]);
    // The ids are free again, for a control request too.
    expect(await write(1)).toEqual({ outcome: 'ok' });
    expect(await sample.session.query('SELECT key FROM k.t WHERE key = 0x00000001')).toHaveLength(1);
  }, 60_000);

  it('answer whoever asked, though the answers of earlier ones come in between', async () => {
    const { simulator, write } = await open({}, { inFlightPerConnection: 2048, ...PATIENT });
    const slots = Array.from({ length: 300 }, (_, slot) => slot);
    await Promise.all(slots.flatMap((slot) => [write(slot), write(OTHERS + slot)]));
    const hasty = await SampleSession.connect(simulator.contactPoints[0] ?? '', {
      inFlightPerConnection: 20_000,
      requestTimeoutMs: 500,
    });
    closers.push(() => hasty.close());
    const select = await hasty.session.prepare('SELECT key FROM k.t WHERE key = ?');
    const read = (slot: number, key: number) => {
      const frame = frameTemplate(select, 'ONE', [4]);
      frame.bytes.writeInt32BE(key, frame.valueOffsets[0] ?? 0);
      return hasty.send(slot, frame);
    };
    simulator.apply({ faults: [{ kind: 'stall', atMs: 0, forMs: 1500 }] });
    const first = await Promise.all(slots.map((slot) => read(slot, slot)));
    expect(new Set(first.map(({ outcome }) => outcome))).toEqual(new Set(['clientTimeout']));
    // The same slots ask for other rows, until all of the first answers are there too.
    const found: [number, number | undefined][] = [];
    await vi.waitFor(async () => {
      const answers = await Promise.all(slots.map((slot) => read(slot, OTHERS + slot)));
      for (const [slot, { outcome, rows }] of answers.entries())
        if (outcome === 'ok') found.push([slot, rows?.readInt32BE(rows.length - 4)]);
      expect(found.length).toBeGreaterThanOrEqual(slots.length);
      expect(hasty.session.totals().lateAnswers).toBeGreaterThanOrEqual(slots.length);
    }, 15_000);
    expect(found.filter(([slot, key]) => key !== OTHERS + slot)).toEqual([]);
    expect(hasty.log.filter((line) => line.includes('lost'))).toEqual([]);
  });
});
