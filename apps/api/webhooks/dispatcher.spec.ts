import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Logger } from '@nestjs/common';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { openStore } from '#libs/store/open-store.js';
import { newRun } from '#libs/store/platform/platform.conformance.js';
import type { Store } from '#libs/store/port.js';
import { parseApiConfig } from '../config.js';
import { Metrics } from '../ops/metrics.service.js';
import { TargetGuard } from '../runs/target-guard.js';
import { MAX_ATTEMPTS } from './backoff.js';
import { DeliveryPrune } from './delivery-prune.service.js';
import { Dispatcher } from './dispatcher.service.js';

const HOUR_MS = 3_600_000;
const START_MS = 1_800_000_000_000;

let folder: string;
let store: Store;
let nowMs: number;
/** What names are, as the service finds them. */
let names: Record<string, string>;
let dispatcher: Dispatcher;
let metrics: Metrics;
let port: number;
let got: string[] = [];
let answer = (response: ServerResponse): unknown => response.end();
const receiver = createServer((request, response) => {
  request.resume().on('end', () => {
    got.push(request.url ?? '');
    answer(response);
  });
});

const openWith = (secretKey: Buffer) => openStore({ url: `sqlite:${join(folder, 't.db')}`, secretKey });
const KEY = Buffer.alloc(32, 1);

/** A replica of the service. */
function replica(): void {
  const config = parseApiConfig({});
  const guard = new TargetGuard(config, async (host) => [names[host] ?? '127.0.0.1']);
  metrics = new Metrics(store, () => nowMs);
  dispatcher = new Dispatcher(store, config, () => nowMs, guard, metrics);
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tidemark-webhooks-'));
  store = await openWith(KEY);
  [nowMs, names, got] = [START_MS, {}, []];
  answer = (response) => response.end();
  replica();
  receiver.listen(0, '127.0.0.1');
  await once(receiver, 'listening');
  const address = receiver.address();
  port = typeof address === 'object' && address !== null ? address.port : 0;
});
afterEach(async () => {
  vi.restoreAllMocks();
  receiver.closeAllConnections();
  receiver.close();
  await store.close();
  await rm(folder, { recursive: true });
});

const webhook = (id: string, change: { runId?: string; steps?: boolean } = {}) =>
  store.platform.webhooks.create(
    {
      id,
      projectId: 'default',
      name: id,
      url: `http://receiver.test:${port}/${id}`,
      events: ['run.status'],
      runId: null,
      scheduleId: null,
      steps: false,
      active: true,
      ...change,
      secret: 'a-secret-of-the-test',
    },
    nowMs,
  );
const delivery = async (webhookId: string) => {
  const { items } = await store.platform.deliveries.list(webhookId, { limit: 10 });
  const [one] = items;
  if (one === undefined) throw new Error(`${webhookId} has no delivery`);
  return one;
};

it('tries a name again that leads to a forbidden address by now, without calling it', async () => {
  await webhook('w');
  await store.runs.create(newRun('r', 'default'));
  names['receiver.test'] = '169.254.169.254';
  await dispatcher.tick();
  expect(got).toEqual([]);
  const { state, attempts } = await delivery('w');
  expect([state, attempts.map(({ status, error }) => [status, error])]).toEqual([
    'pending',
    [[null, expect.stringContaining('found 169.254.169.254')]],
  ]);
  names['receiver.test'] = '127.0.0.1';
  nowMs += HOUR_MS;
  await dispatcher.tick();
  expect([got, (await delivery('w')).state]).toEqual([['/w'], 'delivered']);
});

it('gives a delivery up after its last try, says so, and counts it', async () => {
  const warn = vi.spyOn(Logger.prototype, 'warn').mockImplementation(() => undefined);
  await webhook('w');
  await store.runs.create(newRun('r', 'default'));
  receiver.close();
  for (let tries = 0; tries < MAX_ATTEMPTS + 2; tries++, nowMs += HOUR_MS) await dispatcher.tick();
  const { id, state, attempts, nextAttemptAtMs } = await delivery('w');
  expect([state, attempts.length, nextAttemptAtMs]).toEqual(['failed', MAX_ATTEMPTS, null]);
  for (const { error } of attempts) expect(error).toContain('ECONNREFUSED');
  const lines = warn.mock.calls.map(([line]) => String(line));
  expect(lines).toHaveLength(MAX_ATTEMPTS);
  expect(lines.at(-1)).toContain(`Delivery ${id} of webhook w is given up after try ${MAX_ATTEMPTS}`);
  const text = await metrics.text();
  expect(text).toContain(`tidemark_webhook_tries_total{outcome="unanswered"} ${MAX_ATTEMPTS}\n`);
  expect(text).toContain('tidemark_webhook_deliveries_total{state="failed"} 1\n');
  expect(text).toContain('tidemark_webhook_deliveries_total{state="delivered"} 0\n');
});

it('says of a secret that it cannot read which one it is, and delivers the others', async () => {
  vi.spyOn(Logger.prototype, 'warn').mockImplementation(() => undefined);
  await webhook('old');
  await store.close();
  store = await openWith(Buffer.alloc(32, 2));
  replica();
  await webhook('new');
  await store.runs.create(newRun('r', 'default'));
  await dispatcher.tick();
  expect(got).toEqual(['/new']);
  expect((await delivery('new')).state).toBe('delivered');
  const { state, attempts } = await delivery('old');
  expect([state, attempts.map(({ error }) => error)]).toEqual([
    'pending',
    [expect.stringContaining('another TIDEMARK_SECRET_KEY')],
  ]);
});

it('delivers to others while a receiver does not answer', async () => {
  await webhook('slow', { runId: 'first' });
  await webhook('quick', { runId: 'second' });
  const held: ServerResponse[] = [];
  answer = (response) => (got.at(-1) === '/slow' ? held.push(response) : response.end());
  await store.runs.create(newRun('first', 'default'));
  const first = dispatcher.tick();
  await vi.waitFor(() => expect(got).toEqual(['/slow']), { timeout: 10_000, interval: 5 });
  await store.runs.create(newRun('second', 'default'));
  await dispatcher.tick();
  expect([got, (await delivery('quick')).state]).toEqual([['/slow', '/quick'], 'delivered']);
  held[0]?.end();
  await first;
  expect((await delivery('slow')).state).toBe('delivered');
});

it('says of a step which run it is a part of', async () => {
  await webhook('w', { steps: true });
  const parent = { runId: 'suite', rootId: 'suite', step: 'load' };
  await store.runs.create({ ...newRun('r', 'default'), parent });
  await dispatcher.tick();
  const { payload } = await delivery('w');
  expect(JSON.parse(payload ?? '')).toMatchObject({ run: { id: 'r', parentId: 'suite', step: 'load' } });
});

it('forgets deliveries a month after they ended', async () => {
  await webhook('w');
  await store.runs.create(newRun('r', 'default'));
  await dispatcher.tick();
  const prune = new DeliveryPrune(store, () => nowMs);
  nowMs = START_MS + 30 * 24 * HOUR_MS;
  await prune.tick();
  expect((await delivery('w')).state).toBe('delivered');
  nowMs += 1;
  await prune.tick();
  await expect(delivery('w')).rejects.toThrow('has no delivery');
});
