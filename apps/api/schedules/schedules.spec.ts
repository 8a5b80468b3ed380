import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Benchmark } from '#libs/contract/benchmark.js';
import { Problem } from '#libs/contract/problem.js';
import { Run } from '#libs/contract/run.js';
import { Schedule } from '#libs/contract/schedule.js';
import { startTestApi, type TestApi } from '../../../test/api-server.js';

const DAY = 86_400_000;
const definition = (count = 1, more: object = {}) => ({
  kind: 'stress',
  target: { contactPoints: ['127.0.0.1'], username: 'u', password: 'the-password' },
  spec: { operation: 'write', stop: { type: 'operations', count }, rate: { model: 'closed', threads: 1 } },
  ...more,
});

let api: TestApi;
beforeEach(async () => {
  api = await startTestApi();
});
afterEach(() => api.close());

const nightly = (more: object = {}) => ({
  name: 'nightly',
  cron: '30 2 * * *',
  timeZone: 'Europe/Berlin',
  work: { type: 'run', run: definition() },
  ...more,
});
const make = async (body: object) => Schedule.parse((await api.post('/v1/schedules', body)).json);
const read = async (id: string) => Schedule.parse((await api.get(`/v1/schedules/${id}`)).json);
const runs = async (id: string) => (await api.store.runs.list({ scheduleId: id, limit: 50 })).items;
/** Lets the service see that a time has come. */
async function settle(id: string, atMs: number): Promise<Schedule> {
  api.now.ms = atMs;
  await vi.waitFor(
    async () => {
      const { lastFires, nextFires } = await read(id);
      expect(nextFires[0] ?? Infinity).toBeGreaterThan(atMs);
      expect(lastFires.some(({ state }) => state === 'firing')).toBe(false);
    },
    { timeout: 15_000, interval: 100 },
  );
  return read(id);
}

describe('a benchmark', () => {
  it('has versions, keeps its secrets, and is changed only by who has read it', async () => {
    const made = await api.post('/v1/benchmarks', { name: 'kv', definition: definition() });
    const { id, version } = Benchmark.parse(made.json);
    expect([made.status, version, made.headers.get('etag')]).toEqual([201, 1, '"1"']);
    expect((await api.post('/v1/benchmarks', { name: 'kv', definition: definition() })).status).toBe(409);
    const change = { name: 'kv', definition: definition(2), note: 'twice as much' };
    expect((await api.put(`/v1/benchmarks/${id}`, change)).status).toBe(428);
    expect((await api.put(`/v1/benchmarks/${id}`, change, { 'if-match': '"7"' })).status).toBe(412);
    expect((await api.put(`/v1/benchmarks/${id}`, change, { 'if-match': '"1"' })).headers.get('etag')).toBe('"2"');
    const versions = await api.get(`/v1/benchmarks/${id}/versions`);
    expect(versions.json).toMatchObject({
      items: [
        { version: 2, note: 'twice as much' },
        { version: 1, note: '' },
      ],
    });
    for (const { text } of [made, versions, await api.get(`/v1/benchmarks/${id}`), await api.get('/v1/benchmarks')])
      expect(text).not.toContain('the-password');

    const run = Run.parse((await api.post(`/v1/benchmarks/${id}/runs`, { version: 1 })).json);
    expect(run).toMatchObject({ benchmark: { id, version: 1 }, spec: { stop: { count: 1 } } });
    expect((await api.store.runs.find(run.id, { withSecrets: true }))?.target?.password).toBe('the-password');
    expect((await api.delete(`/v1/benchmarks/${id}`)).status).toBe(204);
    expect((await api.get(`/v1/benchmarks/${id}`)).status).toBe(404);
  });

  it('is run with overrides, which are checked as a whole definition is', async () => {
    const { id } = Benchmark.parse((await api.post('/v1/benchmarks', { name: 'kv', definition: definition() })).json);
    const key = { 'idempotency-key': 'once' };
    const overrides = { name: 'more', spec: { stop: { count: 5 }, rate: { threads: 2 } }, labels: { why: 'test' } };
    const run = Run.parse((await api.post(`/v1/benchmarks/${id}/runs`, { overrides }, key)).json);
    expect(run).toMatchObject({ name: 'more', labels: { why: 'test' }, benchmark: { id, version: 1 } });
    expect(run.spec).toMatchObject({ stop: { type: 'operations', count: 5 }, rate: { model: 'closed', threads: 2 } });
    expect(Run.parse((await api.post(`/v1/benchmarks/${id}/runs`, { overrides }, key)).json).id).toBe(run.id);
    const bad = { overrides: { spec: { stop: { count: -1 }, rate: { threads: 0 } } } };
    const problem = Problem.parse((await api.post(`/v1/benchmarks/${id}/runs`, bad)).json);
    expect(problem.errors?.map(({ path }) => path)).toEqual(['spec.stop.count', 'spec.rate.threads']);

    const again = { overrides: { spec: { stop: { count: 9 } } } };
    const rerun = Run.parse((await api.post(`/v1/runs/${run.id}/rerun`, again)).json);
    expect(rerun).toMatchObject({
      rerunOf: run.id,
      benchmark: { id },
      spec: { stop: { count: 9 }, rate: { threads: 2 } },
    });
    const line = { overrides: { spec: { command: 'read n=3 -rate threads=4' } } };
    const other = Run.parse((await api.post(`/v1/runs/${run.id}/rerun`, line)).json);
    expect(other.spec).toMatchObject({ operation: 'read', command: 'read n=3 -rate threads=4' });
  });
});

describe('a schedule', () => {
  it('says its next due times, fires once when due, and keeps the secrets of its definition', async () => {
    const answer = await api.post('/v1/schedules', nightly());
    expect(answer.text).not.toContain('the-password');
    const { id, nextFires } = Schedule.parse(answer.json);
    expect(nextFires.map((at) => new Date(at).toISOString())).toEqual(
      [21, 22, 23, 24, 25].map((day) => `2025-11-${day}T01:30:00.000Z`),
    );
    const [first = 0] = nextFires;
    const { lastFires } = await settle(id, first + 5);
    const [run] = await runs(id);
    expect(lastFires).toMatchObject([{ dueAtMs: first, state: 'fired', runId: run?.id }]);
    expect(run?.statusHistory[0]?.actor).toBe('schedule:nightly');
    expect((await api.store.runs.find(run?.id ?? '', { withSecrets: true }))?.target?.password).toBe('the-password');
    expect(await runs(id)).toHaveLength(1);
  });

  it('by its overlap policy skips, queues, or cancels the run before', async () => {
    const made = await Promise.all(
      (['skip', 'queue', 'cancel-previous'] as const).map((overlap) => make(nightly({ name: overlap, overlap }))),
    );
    const [first = 0] = made[0]?.nextFires ?? [];
    const found: unknown[] = [];
    for (const [step, atMs] of [first, first + DAY].entries())
      for (const { id } of made) {
        const { lastFires } = await settle(id, atMs);
        if (step === 1) found.push([lastFires[0]?.state, ...(await runs(id)).map(({ status }) => status).toReversed()]);
      }
    expect(found).toEqual([
      ['skipped', 'queued'],
      ['fired', 'queued', 'queued'],
      ['fired', 'cancelled', 'queued'],
    ]);
  });

  it('that nobody saw falls due late, once, and the rest is written down as missed', async () => {
    const once = await make(nightly({ name: 'once' }));
    const skip = await make(nightly({ name: 'skip', missed: 'skip' }));
    const [first = 0] = once.nextFires;
    const late = await settle(once.id, first + 2 * DAY + 3_600_000);
    expect(late.lastFires.map(({ state }) => state)).toEqual(['late', 'missed', 'missed']);
    expect(late.lastFires[1]?.reason).toContain('nobody was there to start it within 60000 ms');
    expect(await runs(once.id)).toHaveLength(1);
    const skipped = await settle(skip.id, api.now.ms);
    expect(skipped.lastFires.map(({ state }) => state)).toEqual(['missed', 'missed', 'missed']);
    expect(await runs(skip.id)).toEqual([]);
  });

  it('that is paused starts nothing and misses nothing', async () => {
    const { id, nextFires } = await make(nightly());
    expect(Schedule.parse((await api.post(`/v1/schedules/${id}/pause`)).json)).toMatchObject({ nextFires: [] });
    api.now.ms = (nextFires[0] ?? 0) + DAY + 3_600_000;
    const resumed = Schedule.parse((await api.post(`/v1/schedules/${id}/resume`)).json);
    expect(resumed.nextFires[0]).toBe(nextFires[2]);
    expect(resumed.lastFires).toEqual([]);
  });

  it('starts the latest version of a benchmark with its overrides, which then stays while it is used', async () => {
    const saved = Benchmark.parse((await api.post('/v1/benchmarks', { name: 'kv', definition: definition() })).json);
    const work = { type: 'benchmark', benchmarkId: saved.id, overrides: { labels: { at: 'night' } } };
    const { id, nextFires, version } = await make(nightly({ work }));
    await api.put(`/v1/benchmarks/${saved.id}`, { name: 'kv', definition: definition(7) }, { 'if-match': '"1"' });
    await settle(id, nextFires[0] ?? 0);
    expect(await runs(id)).toMatchObject([
      { benchmark: { id: saved.id, version: 2 }, labels: { at: 'night' }, spec: { stop: { count: 7 } } },
    ]);
    expect((await api.delete(`/v1/benchmarks/${saved.id}`)).status).toBe(409);
    const bad = nightly({ cron: 'x', timeZone: 'Nowhere', work: { type: 'benchmark', benchmarkId: 'no' } });
    const refused = Problem.parse((await api.post('/v1/schedules', bad)).json);
    expect(refused.errors?.map(({ path }) => path)).toEqual(['timeZone', 'cron', 'work']);
    const headers = { 'if-match': `"${version}"` };
    const changed = await api.put(`/v1/schedules/${id}`, nightly({ cron: '0 3 * * *' }), headers);
    expect([changed.status, changed.headers.get('etag')]).toEqual([200, `"${version + 1}"`]);
    expect((await api.delete(`/v1/schedules/${id}`)).status).toBe(204);
    expect(await runs(id)).toHaveLength(1);
  });
});
