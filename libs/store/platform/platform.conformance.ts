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
const newRun = (id: string, projectId: string): NewRun => ({
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
