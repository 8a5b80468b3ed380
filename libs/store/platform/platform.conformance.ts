import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CreateRun } from '#libs/contract/run.js';
import { Target } from '#libs/contract/target.js';
import { StressPlanSpec } from '#libs/workloads/stress/stress.schema.js';
import type { NewRun, Store } from '../port.js';
import type { ScheduleWish } from './port.js';

const NOW = 1_800_000_000_000;

const { placement, policies } = CreateRun.parse({ kind: 'stress', spec: { command: 'write n=1 -rate threads=1' } });
const spec = {
  ...StressPlanSpec.parse({
    operation: 'write',
    stop: { type: 'operations', count: 10 },
    rate: { model: 'closed', threads: 1 },
  }),
  command: 'write n=10',
};

let made = 0;
/** A run of a target of its own that nobody has claimed. */
export const newRun = (id: string, projectId: string): NewRun => ({
  id,
  projectId,
  kind: 'stress',
  name: null,
  labels: {},
  target: Target.parse({ contactPoints: ['127.0.0.1'] }),
  endpoints: [`127.0.0.1:${++made}`],
  spec,
  thresholds: [],
  placement,
  policies,
  shards: [{ index: 0, lanes: [{ first: 0, stride: 1, threads: 1 }] }],
  rerunOf: null,
  createdAtMs: NOW + made,
  actor: 'api',
});

const HOURLY: ScheduleWish = {
  name: 'hourly',
  cron: '0 * * * *',
  timeZone: 'UTC',
  paused: false,
  benchmarkId: null,
  benchmarkVersion: null,
  overlap: 'skip',
  missed: 'skip',
  lateAfterMs: 60_000,
  nextDueAtMs: NOW,
  overrides: null,
  definition: null,
};
const SCHEDULE = { ...HOURLY, id: 's', projectId: 'default', createdBy: 'api' };

const NO_QUOTAS = { name: 'p', quotas: {} };

/** What every database has to do for keys, projects, schedules and webhooks. `open` answers an empty store. */
export function describePlatform(
  name: string,
  open: () => Promise<{ store: Store; close: () => Promise<void> }>,
): void {
  describe(name, () => {
    let store: Store;
    let close: () => Promise<void>;
    beforeEach(async () => ({ store, close } = await open()));
    afterEach(() => close());

    it('gives projects turns: one with a hundred queued runs does not hold up another with one', async () => {
      await store.platform.projects.create({ id: 'few', ...NO_QUOTAS }, NOW);
      await store.platform.projects.create({ id: 'many', ...NO_QUOTAS }, NOW);
      for (const id of ['m1', 'm2', 'm3', 'm4']) await store.runs.create(newRun(id, 'many'));
      for (const id of ['f1', 'f2']) await store.runs.create(newRun(id, 'few'));
      for (let index = 0; index < 6; index++)
        await store.shards.register({ id: `e${index}`, labels: {}, hostname: 'h', pid: 1, cores: 2 }, NOW);
      const position = async (id: string) => (await store.runs.waiting(id, NOW))?.position;
      const order = ['f1', 'm1', 'f2', 'm2', 'm3', 'm4'];
      expect(await Promise.all(order.map(position))).toEqual([1, 2, 3, 4, 5, 6]);
      const claimed: (string | undefined)[] = [];
      for (let index = 0; index < 6; index++) claimed.push((await store.shards.claim(`e${index}`, NOW, 10_000))?.runId);
      expect(claimed).toEqual(order);
    });

    it('deletes a project once none of its keys opens anything any more', async () => {
      const { keys, projects } = store.platform;
      await projects.create({ id: 'p', ...NO_QUOTAS }, NOW);
      const key = { hash: 'h', name: 'n', role: 'viewer' as const, projectId: 'p', createdAtMs: NOW, createdBy: 'api' };
      await keys.create({ ...key, id: 'k1', expiresAtMs: null });
      await keys.create({ ...key, id: 'k2', expiresAtMs: NOW + 10 });
      const refused = { code: 'CONFLICT', message: expect.stringContaining('still has a valid API key') };
      await expect(projects.delete('p', NOW + 10)).rejects.toMatchObject(refused);
      await keys.revoke('k1', null, NOW);
      await expect(projects.delete('p', NOW + 9)).rejects.toMatchObject(refused);
      await projects.delete('p', NOW + 10);
      expect(await projects.find('p')).toBeNull();
    });

    it('makes one run of two calls with one Idempotency-Key that come at once, and refuses another body', async () => {
      const key = { key: 'k', bodyHash: 'a' };
      const both = await Promise.all([
        store.runs.create(newRun('a', 'default'), key),
        store.runs.create(newRun('b', 'default'), key),
      ]);
      expect(new Set(both.map(({ run }) => run.id)).size).toBe(1);
      expect(both.filter(({ replayed }) => replayed)).toHaveLength(1);
      await expect(store.runs.create(newRun('c', 'default'), { key: 'k', bodyHash: 'b' })).rejects.toMatchObject({
        code: 'IDEMPOTENCY_KEY_REUSED',
      });
      await store.platform.projects.create({ id: 'other', ...NO_QUOTAS }, NOW);
      const other = await store.runs.create(newRun('d', 'other'), { key: 'k', bodyHash: 'b' });
      expect(other).toMatchObject({ replayed: false, run: { id: 'd', projectId: 'other' } });
      await expect(store.runs.create(newRun('e', 'nowhere'))).rejects.toMatchObject({ code: 'NOT_FOUND' });
    });

    it('lets no more runs wait than a project may have, however many calls come at once', async () => {
      await store.platform.projects.create({ id: 'full', name: 'p', quotas: { queuedRuns: 2 } }, NOW);
      const key = { key: 'first', bodyHash: 'a' };
      await store.runs.create(newRun('a', 'full'), key);
      const ids = ['b', 'c', 'd', 'e'];
      const ends = await Promise.allSettled(ids.map((id) => store.runs.create(newRun(id, 'full'))));
      const refused = ends.filter((end) => end.status === 'rejected').map(({ reason }) => reason);
      expect(refused).toHaveLength(3);
      for (const error of refused)
        expect(error).toMatchObject({ code: 'QUEUE_FULL', message: expect.stringContaining('queuedRuns is 2') });
      expect((await store.platform.projects.find('full'))?.usage.queuedRuns).toBe(2);
      // What was made stays made, and others have their own room.
      expect(await store.runs.create(newRun('f', 'full'), key)).toMatchObject({ replayed: true, run: { id: 'a' } });
      await store.runs.create(newRun('g', 'default'));
    });

    it('lets no more runs wait than the service may have, however many calls come at once', async () => {
      const ids = ['a', 'b', 'c', 'd'];
      const ends = await Promise.allSettled(ids.map((id) => store.runs.create(newRun(id, 'default'), undefined, 2)));
      const refused = ends.filter((end) => end.status === 'rejected').map(({ reason }) => reason);
      expect(refused).toMatchObject([{ code: 'QUEUE_FULL' }, { code: 'QUEUE_FULL' }]);
      expect(await store.runs.count('queued')).toBe(2);
    });

    it('knows what a key has made for a day, and not for another body', async () => {
      const key = { key: 'k', bodyHash: 'a' };
      await store.runs.create({ ...newRun('a', 'default'), createdAtMs: NOW }, key);
      const find = (given: typeof key, nowMs: number) => store.platform.creations.find('default', given, nowMs);
      expect(await find(key, NOW + 86_400_000)).toBe('a');
      expect(await find(key, NOW + 86_400_001)).toBeNull();
      expect(await find({ ...key, key: 'other' }, NOW)).toBeNull();
      await expect(find({ ...key, bodyHash: 'b' }, NOW)).rejects.toMatchObject({ code: 'IDEMPOTENCY_KEY_REUSED' });
      expect(await store.platform.creations.find('default', undefined, NOW)).toBeNull();
    });

    it('writes due times down once, and ends them once', async () => {
      const { schedules } = store.platform;
      await schedules.create(SCHEDULE, NOW);
      const fires = [
        { dueAtMs: NOW, state: 'missed' as const, reason: 'late', atMs: NOW },
        { dueAtMs: NOW + 1, state: 'firing' as const, reason: 'now', atMs: NOW },
      ];
      const takes = [1, 2].map(() => schedules.take('s', NOW, fires, NOW + 2, NOW));
      expect((await Promise.all(takes)).map((written) => written.length).toSorted((a, b) => a - b)).toEqual([0, 2]);
      expect(await schedules.take('s', NOW + 2, fires, NOW + 3, NOW)).toEqual([]);
      const end = { state: 'fired' as const, runId: 'r', reason: 'in time' };
      expect(await schedules.finishFire('s', NOW + 1, end)).toBe(true);
      expect(await schedules.finishFire('s', NOW + 1, end)).toBe(false);
      expect(await schedules.finishFire('s', NOW, end)).toBe(false);
    });

    it('keeps the next due time of a schedule while its times stay as they are', async () => {
      const { schedules } = store.platform;
      await schedules.create(SCHEDULE, NOW);
      const next = async (version: number, change: Partial<ScheduleWish>) =>
        (await schedules.replace('s', version, { ...HOURLY, nextDueAtMs: NOW + 9, ...change }, NOW)).nextDueAtMs;
      expect(await next(1, { name: 'other', overlap: 'queue' })).toBe(NOW);
      expect(await next(2, { cron: '1 * * * *' })).toBe(NOW + 9);
      expect(await next(3, { cron: '1 * * * *', timeZone: 'Europe/Berlin', nextDueAtMs: NOW + 8 })).toBe(NOW + 8);
      expect(await next(4, { paused: true, nextDueAtMs: null })).toBeNull();
      expect(await next(5, {})).toBe(NOW + 9);
    });

    it('knows the runs of a schedule that have not ended, without their steps', async () => {
      const of = (id: string): NewRun => ({ ...newRun(id, 'default'), scheduleId: 's' });
      const parent = { runId: 'a', rootId: 'a', step: 'one' };
      await store.runs.create(of('a'));
      await store.runs.create({ ...of('step'), parent });
      await store.runs.create(of('ended'));
      await store.runs.requestCancel('ended', 'api', 'enough', NOW);
      await store.runs.create(of('b'));
      await store.runs.create(newRun('other', 'default'));
      expect(await store.platform.schedules.openRuns('s')).toEqual(['a', 'b']);
      expect(await store.platform.schedules.openRuns('t')).toEqual([]);
    });
  });
}
