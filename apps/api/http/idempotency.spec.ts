import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { Problem } from '#libs/contract/problem.js';
import { startTestApi, type Answer, type TestApi } from '../../../test/api-server.js';

const Made = z.looseObject({ id: z.union([z.string(), z.int()]) });
const definition = (more: object = {}) => ({
  kind: 'stress',
  target: { contactPoints: ['moving.test'] },
  spec: {
    operation: 'write',
    stop: { type: 'operations', count: 1 },
    rate: { model: 'open', threads: 1, ratePerSecond: 500 },
  },
  ...more,
});

let api: TestApi;
beforeEach(async () => {
  api = await startTestApi({ maxQueued: 3 });
  api.addresses.set('moving.test', ['127.0.0.1']);
});
afterEach(() => api.close());

const idOf = ({ json }: Answer) => Made.parse(json).id;
const post = (path: string, body: object | undefined, key = 'k') => api.post(path, body, { 'idempotency-key': key });
async function expectReplayed(path: string, body: object | undefined, id: unknown) {
  const again = await post(path, body);
  expect([again.status, again.headers.get('idempotency-replayed'), idOf(again)], again.text).toEqual([201, 'true', id]);
}
/** What made a run may be refused by now, for each reason that there is. */
async function fillAndForbid() {
  for (let index = 0; index < 3; index++) await api.post('/v1/runs', definition());
  expect((await api.post('/v1/runs', definition())).status).toBe(429);
  const quotas = { ratePerSecond: 1, queuedRuns: 1 };
  await api.put('/v1/projects/default', { name: 'Default', quotas }, { 'if-match': '"1"' });
  api.addresses.set('moving.test', ['10.1.2.3']);
  expect((await api.post('/v1/runs', definition())).status).toBe(400);
}

describe('a repeated call', () => {
  it.each([
    ['benchmarks', { name: 'kv', definition: definition() }],
    ['schedules', { name: 'often', cron: '0 0 1 1 *', work: { type: 'run', run: definition() } }],
    ['webhooks', { name: 'ci', url: 'http://moving.test/' }],
    ['projects', { id: 'team', name: 'Team' }],
  ])('makes another of %s when the first one was deleted', async (name, body) => {
    const first = await post(`/v1/${name}`, body);
    expect(first.status, first.text).toBe(201);
    await expectReplayed(`/v1/${name}`, body, idOf(first));
    expect((await api.delete(`/v1/${name}/${idOf(first)}`)).status).toBe(204);
    const second = await post(`/v1/${name}`, body);
    expect([second.status, second.headers.get('idempotency-replayed')], second.text).toEqual([201, null]);
    expect((await api.get(`/v1/${name}/${idOf(second)}`)).status).toBe(200);
  });

  it('is answered when it would be refused by now: of a run', async () => {
    const id = idOf(await post('/v1/runs', definition()));
    const rerunId = idOf(await post(`/v1/runs/${id}/rerun`, undefined, 'rerun'));
    await fillAndForbid();
    await expectReplayed('/v1/runs', definition(), id);
    const rerun = await post(`/v1/runs/${id}/rerun`, undefined, 'rerun');
    expect([rerun.status, idOf(rerun)]).toEqual([201, rerunId]);
    const reused = await post('/v1/runs', definition({ name: 'other' }));
    expect(Problem.parse(reused.json).code).toBe('IDEMPOTENCY_KEY_REUSED');
  });

  it('is answered when it would be refused by now: of a benchmark, a webhook, a schedule', async () => {
    const saved = { name: 'kv', definition: definition() };
    const benchmarkId = idOf(await post('/v1/benchmarks', saved, 'benchmark'));
    const hook = { name: 'ci', url: 'http://moving.test/' };
    const hookId = idOf(await post('/v1/webhooks', hook));
    const often = { name: 'often', cron: '0 0 1 1 *', work: { type: 'run', run: definition() } };
    const scheduleId = idOf(await post('/v1/schedules', often, 'schedule'));
    const runId = idOf(await post(`/v1/benchmarks/${benchmarkId}/runs`, undefined, 'run'));
    await fillAndForbid();
    await expectReplayed('/v1/webhooks', hook, hookId);
    expect(idOf(await post('/v1/benchmarks', saved, 'benchmark'))).toBe(benchmarkId);
    expect(idOf(await post('/v1/schedules', often, 'schedule'))).toBe(scheduleId);
    expect(idOf(await post(`/v1/benchmarks/${benchmarkId}/runs`, undefined, 'run'))).toBe(runId);
  });

  it('of a run of a benchmark is the same after a new version, and another for another benchmark', async () => {
    const saved = (name: string, more: object = {}) => ({ name, definition: definition(more) });
    const first = idOf(await api.post('/v1/benchmarks', saved('first')));
    const twin = idOf(await api.post('/v1/benchmarks', saved('twin')));
    const path = `/v1/benchmarks/${first}/runs`;
    const id = idOf(await post(path, undefined));
    await api.put(`/v1/benchmarks/${first}`, saved('first', { name: 'newer' }), { 'if-match': '"1"' });
    await expectReplayed(path, undefined, id);
    for (const [place, body] of [
      [`/v1/benchmarks/${twin}/runs`, undefined],
      [path, { version: 1 }],
      ['/v1/runs', definition()],
    ] as const)
      expect(Problem.parse((await post(place, body)).json).code, place).toBe('IDEMPOTENCY_KEY_REUSED');
  });

  it('of an annotation makes one, at the time of the first', async () => {
    const runId = idOf(await api.post('/v1/runs', definition()));
    const path = `/v1/runs/${runId}/annotations`;
    const first = await post(path, { label: 'node 2 is off' });
    expect([first.status, first.headers.get('location')]).toEqual([201, path]);
    api.now.ms += 5000;
    await expectReplayed(path, { label: 'node 2 is off' }, idOf(first));
    expect(Problem.parse((await post(path, { label: 'it is on' })).json).code).toBe('IDEMPOTENCY_KEY_REUSED');
    expect((await api.get(path)).json).toEqual({ items: [first.json] });
  });
});

it('a project may have no more runs waiting than its quota, and others still may', async () => {
  const quotas = { queuedRuns: 1 };
  await api.put('/v1/projects/default', { name: 'Default', quotas }, { 'if-match': '"1"' });
  await api.post('/v1/projects', { id: 'other', name: 'Other' });
  expect((await api.post('/v1/runs', definition())).status).toBe(201);
  const refused = await api.post('/v1/runs', definition());
  const { code, detail } = Problem.parse(refused.json);
  expect([refused.status, code, refused.headers.get('retry-after')]).toEqual([429, 'QUEUE_FULL', '10']);
  expect(detail).toContain('its quota queuedRuns is 1');
  expect((await api.post('/v1/runs', definition(), { 'tidemark-project': 'other' })).status).toBe(201);
});
