import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Benchmark } from '#libs/contract/benchmark.js';
import { Problem } from '#libs/contract/problem.js';
import { Run } from '#libs/contract/run.js';
import { Schedule } from '#libs/contract/schedule.js';
import { startTestApi, type TestApi } from '../../../test/api-server.js';
import { makeSchedule, nightly, settle, writes } from '../../../test/schedule-steps.js';

const DAY = 86_400_000;

let api: TestApi;
beforeEach(async () => {
  api = await startTestApi();
});
afterEach(() => api.close());

const make = (body: object) => makeSchedule(api, body);
const runs = async (id: string) => (await api.store.runs.list({ scheduleId: id, limit: 50 })).items;

describe('a benchmark', () => {
  it('has versions, keeps its secrets, and is changed only by who has read it', async () => {
    const made = await api.post('/v1/benchmarks', { name: 'kv', definition: writes() });
    const { id, version } = Benchmark.parse(made.json);
    expect([made.status, version, made.headers.get('etag')]).toEqual([201, 1, '"1"']);
    expect((await api.post('/v1/benchmarks', { name: 'kv', definition: writes() })).status).toBe(409);
    const change = { name: 'kv', definition: writes(2), note: 'twice as much' };
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
    const { id } = Benchmark.parse((await api.post('/v1/benchmarks', { name: 'kv', definition: writes() })).json);
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
    const { lastFires } = await settle(api, id, first + 5);
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
        const { lastFires } = await settle(api, id, atMs);
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
    const late = await settle(api, once.id, first + 2 * DAY + 3_600_000);
    expect(late.lastFires.map(({ state }) => state)).toEqual(['late', 'missed', 'missed']);
    expect(late.lastFires[1]?.reason).toContain('nobody was there to start it within 60000 ms');
    expect(await runs(once.id)).toHaveLength(1);
    const skipped = await settle(api, skip.id, api.now.ms);
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
    const saved = Benchmark.parse((await api.post('/v1/benchmarks', { name: 'kv', definition: writes() })).json);
    const work = { type: 'benchmark', benchmarkId: saved.id, overrides: { labels: { at: 'night' } } };
    const { id, nextFires, version } = await make(nightly({ work }));
    await api.put(`/v1/benchmarks/${saved.id}`, { name: 'kv', definition: writes(7) }, { 'if-match': '"1"' });
    await settle(api, id, nextFires[0] ?? 0);
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

  it('keeps a password in the command line of its overrides to itself, and runs with it', async () => {
    const plain = {
      ...writes(),
      target: { contactPoints: ['127.0.0.1'] },
      spec: { command: 'write n=1 -rate threads=1' },
    };
    const saved = Benchmark.parse((await api.post('/v1/benchmarks', { name: 'kv', definition: plain })).json);
    const command = 'write n=1 -rate threads=1 -mode native cql3 user=u password=hunter2';
    const overrides = { name: 'login', spec: { command } };
    const made = await api.post(
      '/v1/schedules',
      nightly({ work: { type: 'benchmark', benchmarkId: saved.id, overrides } }),
    );
    const { id, nextFires, work } = Schedule.parse(made.json);
    expect(work).toMatchObject({ overrides: { name: 'login', spec: { command: expect.stringContaining('user=u') } } });
    for (const { text } of [made, await api.get(`/v1/schedules/${id}`), await api.get('/v1/schedules')])
      expect(text).not.toContain('hunter2');
    expect(JSON.stringify(await api.store.platform.schedules.find(id, null))).not.toContain('hunter2');
    await settle(api, id, nextFires[0] ?? 0);
    const [run] = await runs(id);
    expect(run?.name).toBe('login');
    const target = (await api.store.runs.find(run?.id ?? '', { withSecrets: true }))?.target;
    expect(target).toMatchObject({ username: 'u', password: 'hunter2' });
  });

  it('that is changed between a due time and the look at it keeps that due time', async () => {
    const { id, version, nextFires } = await make(nightly());
    const [first = 0, second = 0] = nextFires;
    const looks = vi.spyOn(api.store.platform.schedules, 'due').mockResolvedValue([]);
    api.now.ms = first + 10;
    const put = (body: object, at: number) => api.put(`/v1/schedules/${id}`, body, { 'if-match': `"${at}"` });
    const changed = Schedule.parse((await put(nightly({ overlap: 'queue' }), version)).json);
    expect(changed.nextFires.slice(0, 2)).toEqual([first, second]);
    looks.mockRestore();
    expect((await settle(api, id, first + 20)).lastFires).toMatchObject([{ dueAtMs: first, state: 'fired' }]);
    const other = Schedule.parse((await put(nightly({ cron: '0 4 * * *' }), changed.version)).json);
    expect(other.nextFires[0]).toBe(second - DAY + 5_400_000);
  });

  it('of a run that is over the quota of its project is refused when it is made', async () => {
    const quotas = { name: 'Default', quotas: { executors: 1 } };
    expect((await api.put('/v1/projects/default', quotas, { 'if-match': '"1"' })).status).toBe(200);
    const two = { placement: { executors: 2 } };
    const own = await api.post('/v1/schedules', nightly({ work: { type: 'run', run: writes(1, two) } }));
    expect([own.status, Problem.parse(own.json).code]).toEqual([422, 'QUOTA_EXCEEDED']);
    expect(Problem.parse(own.json).errors?.map(({ path }) => path)).toEqual(['work.run.placement.executors']);
    const saved = Benchmark.parse((await api.post('/v1/benchmarks', { name: 'kv', definition: writes() })).json);
    const work = { type: 'benchmark', benchmarkId: saved.id, overrides: two };
    expect((await api.post('/v1/schedules', nightly({ work }))).status).toBe(422);
    const { id } = await make(nightly());
    const worse = await api.put(`/v1/schedules/${id}`, nightly({ work }), { 'if-match': '"1"' });
    expect(Problem.parse(worse.json).code).toBe('QUOTA_EXCEEDED');
  });
});
