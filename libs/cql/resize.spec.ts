import { afterEach, describe, expect, it, vi } from 'vitest';
import { startControl } from '#libs/cql-sim/control-server.js';
import { startSimulator } from '#libs/cql-sim/simulator.js';
import { frameTemplate } from './frame-template.js';
import { SampleSession } from './sample-session.js';

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

const KEYS = 400;
const key = (value: number): Buffer => Buffer.from(`key-${String(value).padStart(6, '0')}`);

describe('a session whose cluster is resized', () => {
  it('goes to nodes that join and leaves those that leave, and loses no operation', async () => {
    const simulator = await startSimulator({ nodes: 3, personality: 'scylla' });
    closers.push(() => simulator.close());
    const control = await startControl(simulator, 0);
    closers.push(() => control.close());
    const sample = await SampleSession.connect(simulator.contactPoints[0] ?? '');
    closers.push(() => sample.close());
    const { session } = sample;
    await session.query(
      `CREATE KEYSPACE k WITH replication = {'class': 'NetworkTopologyStrategy', 'replication_factor': 1}`,
    );
    await session.query('CREATE TABLE k.t (key blob PRIMARY KEY, v blob)');
    const write = await session.prepare('INSERT INTO k.t (key, v) VALUES (?, ?)');
    const read = await session.prepare('SELECT v FROM k.t WHERE key = ?');
    await session.routeBy('k');
    const send = async (statement: typeof read, values: readonly Buffer[], slot: number) => {
      const template = frameTemplate(
        statement,
        'ONE',
        values.map(({ length }) => length),
      );
      for (const [index, value] of values.entries()) value.copy(template.bytes, template.valueOffsets[index]);
      return (await sample.send(slot, template, values[0])).outcome;
    };
    const all = async (each: (slot: number) => Promise<string>) =>
      new Set(await Promise.all(Array.from({ length: KEYS }, (_, slot) => each(slot))));
    expect(await all((slot) => send(write, [key(slot), Buffer.from('value')], slot))).toEqual(new Set(['ok']));

    const resize = (nodes: number) =>
      fetch(`${control.url}/nodes`, { method: 'POST', body: JSON.stringify({ nodes }) }).then((answer) =>
        answer.json(),
      );
    expect(await resize(5)).toEqual({ nodes: 5, up: 5 });
    const served = (kind: 'owned' | 'strayed', nodes: readonly number[]) =>
      simulator.stats.shards.filter(({ node }) => nodes.includes(node)).reduce((sum, counts) => sum + counts[kind], 0);
    // The ring is read a second after the first of a burst of events.
    await vi.waitFor(
      async () => {
        expect(await all((slot) => send(read, [key(slot)], slot))).toEqual(new Set(['ok']));
        for (const node of [3, 4]) expect(served('owned', [node])).toBeGreaterThan(0);
      },
      { timeout: 10_000, interval: 50 },
    );
    const everywhere = [0, 1, 2, 3, 4];
    const strayed = served('strayed', everywhere);
    expect(await all((slot) => send(read, [key(slot)], slot))).toEqual(new Set(['ok']));
    expect(served('strayed', everywhere)).toBe(strayed);

    // Load goes on while two nodes leave.
    let isLeft = false;
    const leaving = resize(3).then((size) => ((isLeft = true), size));
    while (!isLeft) expect(await all((slot) => send(read, [key(slot)], slot))).toEqual(new Set(['ok']));
    expect(await leaving).toEqual({ nodes: 3, up: 3 });
    expect(session.nodes.map(({ address }) => address).toSorted()).toEqual(['127.0.0.1', '127.0.0.2', '127.0.0.3']);
    expect(simulator.contactPoints).toHaveLength(3);
    expect(sample.log.filter((line) => line.startsWith('warn'))).toEqual([]);

    const refused = await fetch(`${control.url}/nodes`, { method: 'POST', body: '{"nodes": 0}' });
    expect([refused.status, await refused.json()]).toEqual([409, { error: 'expected 1 to 64 nodes, found 0' }]);
  });
});
