import { afterEach, describe, expect, it, vi } from 'vitest';
import { startSimulator } from '#libs/cql-sim/simulator.js';
import { frameTemplate } from './frame-template.js';
import { SampleSession } from './sample-session.js';
import type { SessionOptions } from './session-options.js';

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

describe('a node that restarts', () => {
  it('gets as many connections again as it had, however often the topology is read meanwhile', async () => {
    const { simulator, sample, counted } = await open({ nodes: 2 }, { connectionsPerNode: 2 });
    await vi.waitFor(() => expect(counted().connections).toBe(4));
    await simulator.nodeDown(1);
    await vi.waitFor(() => expect(sample.session.upNodes).toBe(1));
    for (let round = 0; round < 2; round++) {
      const asked = counted().requests['QUERY'] ?? 0;
      simulator.pushEvent({ type: 'STATUS_CHANGE', change: 'UP', address: '127.0.0.2', port: simulator.port });
      await vi.waitFor(() => expect(counted().requests['QUERY']).toBeGreaterThan(asked), 3000);
    }
    await simulator.nodeUp(1);
    await vi.waitFor(() => expect(counted().connections).toBe(4), 5000);
    // Attempts beyond those would come within the backoff of what was counted twice.
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect(counted().connections).toBe(4);
  });

  it('is prepared anew once for all that was in flight', async () => {
    const { simulator, write, counted } = await open({}, { inFlightPerConnection: 2048 });
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
