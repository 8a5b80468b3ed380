import { describe, expect, it } from 'vitest';
import { VirtualClock } from '#libs/load/virtual-clock.js';
import { CloudClient } from './cloud/cloud-client.js';
import { CloudResizer } from './cloud/cloud-resizer.js';
import { CloudDouble, type DoubleOptions } from './double/cloud-double.js';
import { driveScaler } from './scaler-loop.js';
import { ScalerSpec } from './scaler.schema.js';
import type { ScalerState } from './scaler-state.js';

const TOKEN = 'the-secret-token';
const MINUTE = 60_000;

/** The double behind `fetch`, without a socket. */
const fetchOf =
  (double: CloudDouble): typeof fetch =>
  async (url, init) => {
    const { pathname, search } = new URL(url instanceof Request ? url.url : url);
    const authorization = new Headers(init?.headers).get('authorization') ?? undefined;
    const body = typeof init?.body === 'string' ? init.body : '';
    const reply = await double.handle({ method: init?.method ?? 'GET', path: pathname + search, authorization, body });
    if (reply === 'cut')
      throw new TypeError('fetch failed', { cause: Object.assign(new Error('reset'), { code: 'ECONNRESET' }) });
    return new Response(reply.body, { status: reply.status, headers: { 'content-type': reply.type } });
  };

interface Given extends Partial<DoubleOptions> {
  scaler?: Record<string, unknown>;
}

class World {
  readonly clock = new VirtualClock();
  readonly double: CloudDouble;
  readonly notes: string[] = [];
  readonly saves: ScalerState[] = [];
  readonly settings;
  state: ScalerState | null = null;

  constructor({ scaler = {}, ...options }: Given = {}) {
    this.double = new CloudDouble({ token: TOKEN, clock: this.clock, ...options });
    const spec = ScalerSpec.parse({
      type: 'scylla-cloud',
      accountId: 110_632,
      clusterId: 47_716,
      token: TOKEN,
      cycles: 1,
      ...scaler,
    });
    if (spec.type !== 'scylla-cloud') throw new TypeError();
    this.settings = spec;
  }

  /** Drives the scaler from what was saved; `answer` of `save` may be taken over. */
  start(holder = 'executor a') {
    const stop = new AbortController();
    const { settings, clock } = this;
    const { apiBase, token = '', requestTimeoutMs } = settings;
    const client = new CloudClient({
      apiBase,
      token,
      requestTimeoutMs,
      firstPauseMs: 5_000,
      clock,
      fetch: fetchOf(this.double),
    });
    const ended = driveScaler(
      {
        settings,
        resizer: new CloudResizer(settings, client),
        clock,
        holder,
        former: this.state,
        save: (state) => {
          this.saves.push(state);
          this.state = state;
          return Promise.resolve(true);
        },
        mayAsk: () => true,
        note: (_, text) => void this.notes.push(text),
      },
      stop.signal,
    );
    return { ended, kill: () => stop.abort() };
  }

  /** Lets time pass by steps of five seconds, and promises be kept in between. */
  async pass(ms: number): Promise<void> {
    const endNs = this.clock.nowNs() + ms * 1e6;
    while (this.clock.nowNs() < endNs) {
      for (let turn = 0; turn < 12; turn++) await Promise.resolve();
      await new Promise((resolve) => setImmediate(resolve));
      this.clock.advance(Math.min(endNs, this.clock.nowNs() + 5e9));
    }
  }

  async runFor(ms: number): Promise<ScalerState> {
    const { kill } = this.start();
    await this.pass(ms);
    kill();
    if (this.state === null) throw new Error('nothing was saved');
    return this.state;
  }
}

const fault = (fields: Record<string, unknown>) => ({ script: { faults: [fields] } }) as Given;

describe('the scaler against the double', () => {
  it('goes to the other bound and back, stable in between, and ends with its cycles', async () => {
    const world = new World();
    const { resizes, ended, completedResizes } = await world.runFor(40 * MINUTE);
    expect(resizes.map(({ from, to, outcome }) => [from, to, outcome])).toEqual([
      [3, 6, 'completed'],
      [6, 3, 'completed'],
    ]);
    expect(completedResizes).toBe(2);
    expect(ended).toMatchObject({ isDone: true });
    expect(world.double.counts).toMatchObject({ resizePosts: 2, resizes: 2 });
    const [first, second] = resizes;
    expect(first?.detail).toBe('resize finished successfully: 3 nodes added, 0 nodes removed');
    expect((first?.stableAtMs ?? 0) - (first?.healthyAtMs ?? 0)).toBe(600_000);
    expect(second?.startedAtMs).toBe(first?.stableAtMs);
    expect(world.notes).toEqual([
      'resize 1 (3 to 6 nodes): accepted as request 228431',
      'resize 1 (3 to 6 nodes): healthy at 6 nodes',
      'resize 1 (3 to 6 nodes): stable for 600 s',
      'resize 2 (6 to 3 nodes): accepted as request 228432',
      'resize 2 (6 to 3 nodes): healthy at 3 nodes',
      'resize 2 (6 to 3 nodes): stable for 600 s',
      'the scaler has ended: all of its 1 cycles are done',
    ]);
  });

  it('saves what it is about to ask for before it asks', async () => {
    const world = new World();
    await world.runFor(2 * MINUTE);
    const asking = world.saves.findIndex(({ phase }) => phase === 'asking');
    expect(world.saves[asking]?.intent).toEqual({ from: 3, to: 6, requestId: null, knownIds: [], tries: 1 });
    expect(world.saves[asking + 1]?.intent?.requestId).toBe('228431');
  });

  it.each([
    ['nodes-first', 'the nodes there before the request is completed'],
    ['request-first', 'the request completed before the nodes are there'],
  ])('is healthy only with both: %s, %s', async (nodesAt) => {
    const world = new World({
      script: { resizes: [{ workMs: 4 * MINUTE, nodesAt: nodesAt as 'together', lateMs: 2 * MINUTE }] },
    });
    const { resizes } = await world.runFor(12 * MINUTE);
    const tookMs = (resizes[0]?.healthyAtMs ?? 0) - (resizes[0]?.startedAtMs ?? 0);
    const endMs = nodesAt === 'nodes-first' ? 4 * MINUTE : 6 * MINUTE;
    expect(tookMs).toBeGreaterThan(endMs);
    expect(tookMs).toBeLessThan(endMs + 25_000);
  });

  it('reads both casings', async () => {
    const world = new World({ script: { casing: 'pascal' } });
    expect((await world.runFor(40 * MINUTE)).completedResizes).toBe(2);
    expect(world.double.counts.resizePosts).toBe(2);
  });

  it('takes words that it does not know for work under way', async () => {
    const resizes = [{ workWord: 'VALIDATING_V9', requestType: 'UPDATE_DC_SCALING' }];
    const world = new World({ script: { resizes } });
    expect((await world.runFor(40 * MINUTE)).completedResizes).toBe(2);
  });

  it.each(['error-in-200', 'bare-integer', 'throttled', 'empty-500', 'html-502', 'lost-before', 'slow'])(
    'repeats a look that meets %s, and never makes a resize twice',
    async (kind) => {
      const faults = ['nodes', 'requests', 'request'].map((call) => ({
        call,
        kind,
        skip: 2,
        times: 2,
        delayMs: 9_000,
      }));
      const world = new World({ script: { faults } } as Given);
      expect((await world.runFor(50 * MINUTE)).completedResizes).toBe(2);
      expect(world.double.counts).toMatchObject({ resizePosts: 2, resizes: 2 });
    },
  );

  it.each(['error-in-200', 'throttled'])('asks again later when a resize is refused by %s', async (kind) => {
    const world = new World(fault({ call: 'resize', kind, times: 3 }));
    const { completedResizes, resizes } = await world.runFor(45 * MINUTE);
    expect(completedResizes).toBe(2);
    expect(resizes).toHaveLength(2);
    expect(world.double.counts).toMatchObject({ resizePosts: 5, resizes: 2 });
    expect(world.notes.filter((note) => note.includes('was refused'))).toHaveLength(1);
  });

  it.each(['lost-after', 'slow-answer'])('finds its own request after %s and does not ask twice', async (kind) => {
    const world = new World(fault({ call: 'resize', kind, delayMs: 90_000 }));
    if (kind === 'slow-answer') {
      // The leader is killed while it waits for the answer.
      const first = world.start('executor a');
      await world.pass(65_000);
      expect(world.state?.phase).toBe('asking');
      first.kill();
    }
    const second = world.start('executor b');
    await world.pass(40 * MINUTE);
    second.kill();
    expect(world.state?.completedResizes).toBe(2);
    expect(world.double.counts).toMatchObject({ resizePosts: 2, resizes: 2 });
    expect(world.notes.join('\n')).toContain('found as request 228431');
  });

  it.each(['lost-before', 'empty-500', 'html-502'])(
    'looks for a request that never arrived for a minute before it asks again: %s',
    async (kind) => {
      const world = new World(fault({ call: 'resize', kind }));
      const { resizes, completedResizes } = await world.runFor(45 * MINUTE);
      expect(resizes[0]).toMatchObject({ outcome: 'failed', detail: expect.stringContaining('never arrived') });
      expect((resizes[1]?.startedAtMs ?? 0) - (resizes[0]?.startedAtMs ?? 0)).toBeGreaterThanOrEqual(MINUTE);
      expect(completedResizes).toBe(2);
      expect(world.double.counts).toMatchObject({ resizePosts: 3, resizes: 2 });
    },
  );

  it.each([
    ['FAILED', 'failed', 'resize failed: no capacity in the zone'],
    ['CANCELLED', 'cancelled', 'cancelled by support'],
  ] as const)('tries again after %s, and gives up after three in a row', async (outcome, word, detail) => {
    const once = new World({ script: { resizes: [{ outcome }, {}] } });
    const tried = await once.runFor(45 * MINUTE);
    expect(tried.resizes[0]).toMatchObject({ outcome: word, detail, healthyAtMs: null });
    expect(tried.completedResizes).toBe(2);
    const always = new World({ script: { resizes: [{ outcome }] } });
    const { ended, resizes } = await always.runFor(45 * MINUTE);
    expect(resizes).toHaveLength(3);
    expect(ended).toMatchObject({ isDone: false, reason: expect.stringContaining('3 resizes in a row') });
  });

  it('notes a resize that is stuck, and asks for none while it goes on', async () => {
    const world = new World({ scaler: { resizeDeadlineMs: 5 * MINUTE }, script: { resizes: [{ outcome: 'STUCK' }] } });
    const { resizes } = await world.runFor(30 * MINUTE);
    expect(resizes).toHaveLength(1);
    expect(resizes[0]).toMatchObject({ outcome: 'stuck', detail: expect.stringContaining('IN_PROGRESS') });
    expect(world.double.counts.resizePosts).toBe(1);
    expect(world.notes.at(-1)).toMatch(/^waits: request 228431 .* is IN_PROGRESS/);
  });

  it.each(['QUEUED', 'IN_PROGRESS'] as const)(
    'waits while anybody has a request that is %s, and says so once',
    async (status) => {
      const world = new World({
        script: { foreignRequest: { requestType: 'UPGRADE_CLUSTER', status, forMs: 10 * MINUTE } },
      });
      const { resizes } = await world.runFor(20 * MINUTE);
      expect(world.notes[0]).toBe(
        `waits: request 228431 (UPGRADE_CLUSTER) is ${status}: no resize is asked for meanwhile`,
      );
      expect(world.notes.filter((note) => note.includes('UPGRADE_CLUSTER'))).toHaveLength(1);
      expect((resizes[0]?.startedAtMs ?? 0) - 1_700_000_000_000).toBeGreaterThanOrEqual(10 * MINUTE);
    },
  );

  it('begins the stable time anew when a node is ill meanwhile', async () => {
    const world = new World();
    const { kill } = world.start();
    await world.pass(5 * MINUTE);
    const node = world.double.cluster.nodes[1];
    if (node) node.status = 'QUEUED';
    await world.pass(MINUTE);
    if (node) node.status = 'ACTIVE';
    await world.pass(12 * MINUTE);
    kill();
    const [first] = world.state?.resizes ?? [];
    expect(first?.gaps).toBe(1);
    expect((first?.stableAtMs ?? 0) - (first?.healthyAtMs ?? 0)).toBeGreaterThan(14 * MINUTE);
    expect(world.notes).toContain('resize 1 (3 to 6 nodes): healthy again');
  });

  it.each([
    [{ scaler: { token: 'wrong' } }, /020001/],
    [{ scaler: { minNodes: 4, maxNodes: 7 } }, /minNodes: expected a multiple of the replication factor 3, found 4/],
    [{ scaler: { dcId: 7 } }, /no data center 7; it has: 46873 AWS_US_EAST_1/],
    [{ script: { xCloud: true } }, /041008/],
    [{ script: { mostNodesAtOnce: 2 } }, /041005/],
    [{ scaler: { clusterId: 99 } }, /040001/],
  ] as [Given, RegExp][])('gives up at once where nothing can help: %j', async (given, reason) => {
    const world = new World(given);
    const { ended } = await world.runFor(5 * MINUTE);
    expect(ended).toMatchObject({ isDone: false, reason: expect.stringMatching(reason) });
    expect(world.double.counts.resizes).toBe(0);
  });

  it('never repeats the token, whoever sends it back', async () => {
    const world = new World({
      script: {
        faults: [
          { call: 'resize', kind: 'echo-token' },
          { call: 'nodes', kind: 'echo-token', skip: 4, times: 9 },
        ],
      },
    });
    await world.runFor(10 * MINUTE);
    expect(JSON.stringify([world.notes, world.saves])).not.toContain(TOKEN);
    expect(world.notes.join('\n')).toContain('Bearer …');
  });
});
