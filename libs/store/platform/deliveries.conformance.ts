import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Store } from '../port.js';
import { newRun } from './platform.conformance.js';
import type { WebhookWish } from './port.js';

const NOW = 1_800_000_000_000;
const LEASE_MS = 30_000;
const ROOM = { limit: 64, perWebhook: 4 };

const wish: WebhookWish = {
  name: 'hook',
  url: 'http://127.0.0.1:1/',
  events: ['run.status'],
  runId: null,
  scheduleId: null,
  steps: false,
  active: true,
};
const answered = { atMs: NOW, status: 200, latencyMs: 1, excerpt: '', error: null };
const DELIVERED = { state: 'delivered', retryAtMs: null } as const;

/** What every database has to do for deliveries. `open` answers an empty store. */
export function describeDeliveries(
  name: string,
  open: () => Promise<{ store: Store; close: () => Promise<void> }>,
): void {
  describe(name, () => {
    let store: Store;
    let close: () => Promise<void>;
    beforeEach(async () => ({ store, close } = await open()));
    afterEach(() => close());

    const webhook = (id: string, change: Partial<WebhookWish> = {}) =>
      store.platform.webhooks.create(
        { ...wish, ...change, id, projectId: 'default', secret: 'a-secret-of-the-test' },
        NOW,
      );
    const change = async (id: string, changed: Partial<WebhookWish>) => {
      const version = (await store.platform.webhooks.find(id, null))?.version ?? 0;
      await store.platform.webhooks.replace(id, version, { ...wish, ...changed, secret: undefined }, NOW);
    };
    /** Makes a run, so that every webhook that wants it has one delivery more. */
    const run = (id: string, parent?: { runId: string; rootId: string; step: string }) =>
      store.runs.create({ ...newRun(id, 'default'), parent });
    const enqueue = () => store.platform.deliveries.enqueue(NOW);
    const take = (nowMs = NOW, room = ROOM) => store.platform.deliveries.take(nowMs, nowMs + LEASE_MS, room);
    const runsOf = async (id: string) =>
      (await store.platform.deliveries.list(id, { limit: 100 })).items.map(({ runId }) => runId).toSorted();

    it('gives each delivery to one replica, and to another one when that has died', async () => {
      await webhook('w');
      for (const id of ['a', 'b', 'c']) await run(id);
      await Promise.all([enqueue(), enqueue()]);
      const [one, other] = await Promise.all([take(), take()]);
      const ids = [...one, ...other].map(({ id }) => id);
      expect([ids.length, new Set(ids).size]).toEqual([3, 3]);
      expect(one[0] ?? other[0]).toMatchObject({ webhookId: 'w', url: wish.url, secret: 'a-secret-of-the-test' });
      expect(await take(NOW + LEASE_MS - 1)).toEqual([]);
      expect((await take(NOW + LEASE_MS)).map(({ id }) => id).toSorted()).toEqual(ids.toSorted());
    });

    it('lets one webhook have some deliveries at a time, and others their turn', async () => {
      await webhook('slow');
      for (const id of ['a', 'b', 'c', 'd', 'e']) await run(id);
      await enqueue();
      await webhook('quick');
      await run('f');
      await store.platform.deliveries.enqueue(NOW + 1);
      const hooks = (taken: readonly { webhookId: string }[]) => taken.map(({ webhookId }) => webhookId);
      const room = { limit: 2, perWebhook: 3 };
      expect(hooks(await take(NOW + 2, room))).toEqual(['slow', 'quick']);
      const [second, ...others] = await take(NOW + 2, { ...room, limit: 10 });
      expect(hooks(others)).toEqual(['slow']);
      // Three of it are under way, whoever asks.
      expect(await take(NOW + 2, { ...room, limit: 10 })).toEqual([]);
      await store.platform.deliveries.tried(second?.id ?? '', answered, DELIVERED);
      expect(hooks(await take(NOW + 2, { ...room, limit: 10 }))).toEqual(['slow']);
    });

    it('keeps deliveries while their webhook is off, and does not tell later what happened meanwhile', async () => {
      await webhook('w');
      await run('before');
      await enqueue();
      await change('w', { active: false });
      expect(await take()).toEqual([]);
      await run('alone');
      await webhook('stranger');
      await run('beside a stranger');
      await enqueue();
      // Nobody has read this one when the webhook is switched on.
      await run('just before');
      await change('w', { active: true });
      await enqueue();
      await run('after');
      await enqueue();
      expect(await runsOf('w')).toEqual(['after', 'before']);
      expect(await runsOf('stranger')).toEqual(['after', 'beside a stranger', 'just before']);
      const taken = (await take()).filter(({ webhookId }) => webhookId === 'w');
      expect(taken.map(({ runId }) => runId).toSorted()).toEqual(['after', 'before']);
      // A change of something else begins nothing anew.
      await run('last');
      await change('w', { name: 'other' });
      await enqueue();
      expect(await runsOf('w')).toEqual(['after', 'before', 'last']);
    });

    it('the first webhook that is switched on need not wait for all histories', async () => {
      await webhook('w', { active: false });
      for (let index = 0; index < 501; index++) await run(`r${index}`);
      await change('w', { active: true });
      await run('after');
      await enqueue();
      expect(await runsOf('w')).toEqual(['after']);
    });

    it('tells of steps only who asks for them or names one', async () => {
      await run('early');
      await webhook('runs');
      await webhook('all', { steps: true });
      await webhook('suite', { steps: true, runId: 'suite' });
      await webhook('suite alone', { runId: 'suite' });
      await webhook('step', { runId: 'step' });
      await run('suite');
      await run('step', { runId: 'suite', rootId: 'suite', step: 'load' });
      await run('inner', { runId: 'step', rootId: 'suite', step: 'probe-1' });
      await run('other');
      await enqueue();
      expect(await runsOf('runs')).toEqual(['other', 'suite']);
      expect(await runsOf('all')).toEqual(['inner', 'other', 'step', 'suite']);
      expect(await runsOf('suite')).toEqual(['inner', 'step', 'suite']);
      expect(await runsOf('suite alone')).toEqual(['suite']);
      expect(await runsOf('step')).toEqual(['step']);
      expect(await store.platform.webhooks.find('all', null)).toMatchObject({ steps: true });
    });

    it('forgets what ended long ago, and what belongs to a deleted run, but nothing that is to be sent', async () => {
      await webhook('w');
      for (const id of ['delivered', 'late', 'failed', 'pending']) await run(id);
      await enqueue();
      const taken = await take();
      const { deliveries } = store.platform;
      const end = (runId: string, state: 'delivered' | 'failed', atMs: number) =>
        deliveries.tried(
          taken.find((one) => one.runId === runId)?.id ?? '',
          { ...answered, atMs },
          { state, retryAtMs: null },
        );
      await end('delivered', 'delivered', NOW + 10);
      await end('failed', 'failed', NOW + 10);
      await end('late', 'delivered', NOW + 1000);
      await deliveries.prune(NOW + 10);
      expect(await runsOf('w')).toEqual(['delivered', 'failed', 'late', 'pending']);
      await deliveries.prune(NOW + 1000);
      expect(await runsOf('w')).toEqual(['late', 'pending']);
      for (const id of ['late', 'pending']) {
        await store.runs.requestCancel(id, 'test', 'test', NOW);
        await store.runs.delete(id);
      }
      expect(await runsOf('w')).toEqual(['pending']);
      expect((await take(NOW + LEASE_MS)).map(({ runId }) => runId)).toEqual(['pending']);
    });
  });
}
