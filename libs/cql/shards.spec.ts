import { createServer } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Simulator } from '#libs/cql-sim/simulator.js';
import { startSimulator } from '#libs/cql-sim/simulator.js';
import type { SimulatorOptions } from '#libs/cql-sim/simulator-options.js';
import { bucketNs } from '#libs/stats/shard-meter.js';
import { frameTemplate } from './frame-template.js';
import { NodeDialer } from './node-dialer.js';
import type { PreparedStatement } from './prepared.js';
import { SampleSession } from './sample-session.js';
import type { SessionOptions } from './session-options.js';
import { sourcePorts } from './source-port.js';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

const SHARDS = 5;
const KEYS = 100;
const key = (value: number): Buffer => Buffer.from(`key-${String(value).padStart(6, '0')}`);

interface Stage {
  simulator: Simulator;
  sample: SampleSession;
  write: PreparedStatement;
  lwt: PreparedStatement;
}

/** A simulated ScyllaDB with a table, and a session that routes by it. */
async function stage(
  options: SimulatorOptions = {},
  session: Partial<SessionOptions> = {},
  copies = 1,
): Promise<Stage> {
  const simulator = await startSimulator({ personality: 'scylla', shards: SHARDS, ...options });
  closers.push(() => simulator.close());
  const sample = await SampleSession.connect(simulator.contactPoints[0] ?? '', session);
  closers.push(() => sample.close());
  await sample.session.query(
    `CREATE KEYSPACE k WITH replication = {'class': 'SimpleStrategy', 'replication_factor': ${copies}}`,
  );
  await sample.session.query('CREATE TABLE k.t (key blob PRIMARY KEY, v blob)');
  const write = await sample.session.prepare('INSERT INTO k.t (key, v) VALUES (?, ?)');
  const lwt = await sample.session.prepare('INSERT INTO k.t (key, v) VALUES (?, ?) IF NOT EXISTS');
  await sample.session.routeBy('k');
  return { simulator, sample, write, lwt };
}

function frameOf(statement: PreparedStatement, value: number) {
  const bytes = key(value);
  const template = frameTemplate(statement, 'ONE', [bytes.length, bytes.length]);
  for (const offset of template.valueOffsets) bytes.copy(template.bytes, offset);
  return template;
}

/** Writes every key once; answers the outcomes. */
async function writeAll({ sample, write }: Stage): Promise<Set<string>> {
  const answers = Array.from({ length: KEYS }, (_, value) => sample.send(value, frameOf(write, value), key(value)));
  return new Set((await Promise.all(answers)).map(({ outcome }) => outcome));
}

/** Requests that came to a holder of their key, and those that did not, since the last call with this object. */
function arrivals({ simulator }: Stage, before = { owned: 0, strayed: 0 }) {
  const now = { owned: 0, strayed: 0 };
  for (const { owned, strayed } of simulator.stats.shards) {
    now.owned += owned;
    now.strayed += strayed;
  }
  return { owned: now.owned - before.owned, strayed: now.strayed - before.strayed };
}

describe('a session with shards', () => {
  it.each([
    [1, 1, 1],
    [1, 1, SHARDS + 1],
    [3, 1, SHARDS],
    [3, 2, 1],
  ])(
    'goes to the shard that holds the key: %d nodes, %d copies, %d connections to each',
    async (nodes, copies, per) => {
      const all = await stage({ nodes }, { connectionsPerNode: per }, copies);
      expect(all.simulator.stats.connections).toBe(nodes * SHARDS * Math.ceil(per / SHARDS));
      expect(all.sample.session.routes).toBe(true);
      expect(await writeAll(all)).toEqual(new Set(['ok']));
      expect(arrivals(all)).toEqual({ owned: KEYS, strayed: 0 });
      expect(all.simulator.stats.shards.filter(({ owned }) => owned > 0)).toHaveLength(nodes * SHARDS);
      expect(all.sample.log).toEqual([]);
    },
  );

  it.each([
    [{ shardAwareTrouble: 'unreachable' }, /ECONNREFUSED.*opened at port \d+ until each shard has one/],
    [{ shardAwareTrouble: 'source-port-changed' }, /put a connection for shard \d on shard \d/],
    [{ shardAwarePort: null }, /^$/],
  ] as const)('comes to every shard by the plain port with %j', async (options, said) => {
    const all = await stage(options);
    await writeAll(all);
    expect(arrivals(all)).toEqual({ owned: KEYS, strayed: 0 });
    await vi.waitFor(() => expect(all.simulator.stats.connections).toBe(SHARDS), 1000);
    expect(all.sample.log.join('\n')).toMatch(said);
    expect(all.sample.log.length).toBeLessThan(2);
  });

  it('opens one connection and leaves shards alone when it is told so', async () => {
    const all = await stage({}, { shardAware: false });
    expect(all.simulator.stats.connections).toBe(1);
    expect(await writeAll(all)).toEqual(new Set(['ok']));
    expect(arrivals(all).strayed).toBeGreaterThan(0);
    expect(all.sample.session.takeShards()).toEqual([]);
  });

  it('comes back to every shard after the connections were cut', async () => {
    const all = await stage();
    all.simulator.disconnect();
    await vi.waitFor(() => expect(all.sample.session.upNodes).toBe(0), 1000);
    // Requests go by other shards until their own has a connection again.
    await vi.waitFor(async () => {
      const before = arrivals(all);
      await writeAll(all);
      expect(arrivals(all, before)).toEqual({ owned: KEYS, strayed: 0 });
    }, 10_000);
    expect(all.simulator.stats.connections).toBe(SHARDS);
  });

  it('learns of tablets by going astray once, and never again', async () => {
    const all = await stage({ nodes: 3, tablets: ['k.t'], tabletBits: 4 }, {}, 2);
    expect(await writeAll(all)).toEqual(new Set(['ok']));
    const first = arrivals(all);
    expect(first.strayed).toBeGreaterThan(16);
    await writeAll(all);
    const second = arrivals(all, first);
    expect(second).toEqual({ owned: KEYS, strayed: 0 });
  });

  it('sends the transactions of a key to one replica, and spreads other writes over all', async () => {
    const all = await stage({ nodes: 3 }, {}, 3);
    expect([all.write.isLwt, all.lwt.isLwt]).toEqual([false, true]);
    const nodesOf = () =>
      new Set(all.simulator.stats.shards.filter(({ owned }) => owned > 0).map(({ node }) => node)).size;
    for (let turn = 0; turn < 9; turn++) await all.sample.send(turn, frameOf(all.lwt, 1), key(1));
    expect(nodesOf()).toBe(1);
    for (let turn = 0; turn < 9; turn++) await all.sample.send(turn, frameOf(all.write, 1), key(1));
    expect(nodesOf()).toBe(3);
  });

  it('knows the rate limit by the code that the server told', async () => {
    const all = await stage({ rateLimitCode: 0xf1_11 });
    all.simulator.apply({ faults: [{ kind: 'error', code: 'RATE_LIMIT' }] });
    expect(await all.sample.send(1, frameOf(all.write, 1), key(1))).toEqual({
      outcome: 'rateLimited',
      message: 'Per-partition rate limit reached (write, refused by the coordinator)',
    });
  });

  it('counts and times what each shard answers', async () => {
    const all = await stage();
    all.sample.session.takeShards();
    all.simulator.apply({
      faults: [
        { kind: 'latency', where: { shards: [3] }, distribution: { type: 'fixed', ms: 40 } },
        { kind: 'error', code: 'OVERLOADED', where: { shards: [1] } },
      ],
    });
    await writeAll(all);
    const taken = all.sample.session.takeShards();
    const { shards } = all.simulator.stats;
    expect(taken.map(({ shard, operations }) => [shard, operations])).toEqual(
      shards.map(({ shard, owned }) => [shard, owned]),
    );
    for (const { node, shard, operations, errors, sumNs, maxNs, buckets } of taken) {
      expect(node).toBe(all.simulator.contactPoints[0]);
      expect(errors).toBe(shard === 1 ? operations : 0);
      const held = buckets.filter((_, index) => index % 2 === 1).reduce((sum, count) => sum + count, 0);
      expect(held).toBe(operations - errors);
      if (shard === 1) continue;
      // How long a busy machine takes is not tested: no answer of the slow shard can be faster.
      expect(bucketNs(buckets[0] ?? 0) / 1e6).toBeGreaterThan(shard === 3 ? 38.5 : 0);
      expect(sumNs / held).toBeGreaterThan(shard === 3 ? 39e6 : 0);
      expect(sumNs / held).toBeLessThanOrEqual(maxNs);
      expect(bucketNs(buckets.at(-2) ?? 0) / maxNs).toBeGreaterThan(0.96);
      expect(bucketNs(buckets.at(-2) ?? 0) / maxNs).toBeLessThan(1.04);
    }
    expect(all.sample.session.takeShards()).toEqual([]);
  });
});

describe('NodeDialer', () => {
  it('takes the next source port when one is in use', async () => {
    const { simulator, sample } = await stage();
    const ports = [...sourcePorts(SHARDS, 2, 0.25)];
    const [taken = 0, next = 0] = ports;
    const squatter = createServer();
    await new Promise<void>((resolve) => squatter.listen(taken, '0.0.0.0', resolve));
    closers.push(() => new Promise((resolve) => squatter.close(resolve)));
    const ignore = () => undefined;
    const dialer = new NodeDialer(
      '127.0.0.1',
      {
        connectTimeoutMs: 1000,
        controlTimeoutMs: 1000,
        inFlight: 8,
        nowNs: () => 0,
        random: () => 0.25,
        credentials: undefined,
      },
      sample,
      { event: ignore, tablet: ignore, closed: ignore, unprepared: ignore },
    );
    const [member] = await sample.session.query('SELECT * FROM system.local');
    expect(member).toBeDefined();
    const probe = await dialer.open(simulator.port);
    const port = probe.extensions.sharding?.shardAwarePort ?? 0;
    const connection = await dialer.openFrom(port, SHARDS, 2);
    expect(connection.extensions.sharding?.shard).toBe(2);
    expect(next % SHARDS).toBe(2);
    probe.destroy();
    connection.destroy();
  });
});
