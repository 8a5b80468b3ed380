import { afterEach, beforeEach, expect, it } from 'vitest';
import { z } from 'zod';
import { CreatedApiKey } from '#libs/contract/api-key.js';
import { Problem } from '#libs/contract/problem.js';
import { Project } from '#libs/contract/project.js';
import { Run } from '#libs/contract/run.js';
import { type Answer, beginRun, startTestApi, type TestApi } from '../../../test/api-server.js';

const ROOT = 'the-bootstrap-key-of-this-test';
const bearer = (key: string) => ({ authorization: `Bearer ${key}` });
const code = (answer: Answer) => Problem.parse(answer.json).code;
const stress = (host: string, rate: object = { model: 'closed', threads: 1 }, more: object = {}) => ({
  kind: 'stress',
  target: { contactPoints: [host] },
  spec: { operation: 'write', stop: { type: 'operations', count: 1 }, rate },
  ...more,
});

let api: TestApi;
beforeEach(async () => {
  api = await startTestApi({ apiKey: ROOT });
});
afterEach(() => api.close());

async function team(id: string, quotas: object = {}) {
  expect((await api.post('/v1/projects', { id, name: id, quotas }, bearer(ROOT))).status).toBe(201);
  const made = await api.post('/v1/api-keys', { name: id, role: 'admin', projectId: id }, bearer(ROOT));
  const { key } = CreatedApiKey.parse(made.json);
  return bearer(key ?? '');
}

it('a run of one project does not exist for the key of another, on whatever route', async () => {
  const [red, blue] = [await team('red'), await team('blue')];
  const run = Run.parse((await api.post('/v1/runs', stress('127.0.0.1'), red)).json);
  expect(run.projectId).toBe('red');
  for (const path of ['', '/summary', '/events', '/hdr', '/log', '/report.json']) {
    const answer = await api.get(`/v1/runs/${run.id}${path}`, blue);
    expect([answer.status, code(answer)], path).toEqual([404, 'RUN_NOT_FOUND']);
  }
  for (const path of ['/cancel', '/rerun'])
    expect((await api.post(`/v1/runs/${run.id}${path}`, {}, blue)).status, path).toBe(404);
  expect((await api.delete(`/v1/runs/${run.id}`, blue)).status).toBe(404);
  const ids = async (headers: Record<string, string>) =>
    z.object({ items: z.array(z.object({ id: z.string() })) }).parse((await api.get('/v1/runs', headers)).json).items;
  expect([await ids(blue), await ids(red), await ids(bearer(ROOT))].map(({ length }) => length)).toEqual([0, 1, 1]);
  expect(await ids({ ...bearer(ROOT), 'tidemark-project': 'blue' })).toEqual([]);
  expect((await api.get('/v1/runs', { ...blue, 'tidemark-project': 'red' })).status).toBe(403);
  expect((await api.get('/v1/runs', { ...bearer(ROOT), 'tidemark-project': 'green' })).status).toBe(404);
});

it("the admin of one project makes keys for it, and changes no project's quotas", async () => {
  const red = await team('red', { concurrentRuns: 1 });
  const key = await api.post('/v1/api-keys', { name: 'mate', role: 'viewer' }, red);
  expect(CreatedApiKey.parse(key.json).projectId).toBe('red');
  expect(code(await api.post('/v1/api-keys', { name: 'x', role: 'viewer', projectId: 'default' }, red))).toBe(
    'FORBIDDEN',
  );
  const change = { name: 'red', quotas: {} };
  expect(code(await api.put('/v1/projects/red', change, { ...red, 'if-match': '"1"' }))).toBe('FORBIDDEN');
  expect(code(await api.get('/v1/projects/default', red))).toBe('NOT_FOUND');
  const { items } = z.object({ items: z.array(Project) }).parse((await api.get('/v1/projects', red)).json);
  expect(items.map(({ id }) => id)).toEqual(['red']);
});

it('a change needs the ETag that was read, and a project with runs stays', async () => {
  const red = await team('red');
  const read = await api.get('/v1/projects/red', bearer(ROOT));
  expect(read.headers.get('etag')).toBe('"1"');
  const put = (headers: Record<string, string>) =>
    api.put('/v1/projects/red', { name: 'Red', quotas: { executors: 4 } }, { ...bearer(ROOT), ...headers });
  expect((await put({})).status).toBe(428);
  const changed = await put({ 'if-match': '"1"' });
  expect([changed.status, changed.headers.get('etag'), Project.parse(changed.json).quotas]).toEqual([
    200,
    '"2"',
    { executors: 4 },
  ]);
  expect((await put({ 'if-match': '"1"' })).status).toBe(412);
  await api.post('/v1/runs', stress('127.0.0.1'), red);
  const refused = await api.delete('/v1/projects/red', bearer(ROOT));
  expect([refused.status, Problem.parse(refused.json).detail]).toEqual([409, expect.stringContaining('has a run')]);
  expect((await api.delete('/v1/projects/default', bearer(ROOT))).status).toBe(409);
  await api.post('/v1/projects', { id: 'empty', name: 'Empty' }, bearer(ROOT));
  expect((await api.delete('/v1/projects/empty', bearer(ROOT))).status).toBe(204);
});

it('what alone is over the quota is refused with the field; what is too much together waits and says for what', async () => {
  const red = await team('red', { concurrentRuns: 2, ratePerSecond: 1000, executors: 2 });
  const open = (ratePerSecond: number) => ({ model: 'open', threads: 4, ratePerSecond });
  const wide = await api.post('/v1/runs', stress('127.0.0.1', open(10), { placement: { executors: 3 } }), red);
  expect([wide.status, code(wide), Problem.parse(wide.json).errors?.[0]?.path]).toEqual([
    422,
    'QUOTA_EXCEEDED',
    'placement.executors',
  ]);
  const fast = await api.post('/v1/runs', stress('127.0.0.1', open(1001)), red);
  expect(Problem.parse(fast.json).errors).toEqual([
    { path: 'spec.rate', message: expect.stringContaining('found 1001') },
  ]);
  expect(Problem.parse((await api.post('/v1/runs', stress('127.0.0.1'), red)).json).detail).toContain('found no limit');

  const target = { contactPoints: ['127.0.0.1'] };
  const load = (spec: object) => ({ kind: 'load', target, spec: { dataset: 'd', ...spec } });
  const zookeeper = {
    kind: 'zookeeper',
    target: { connectString: '127.0.0.1' },
    spec: { taskSet: 'get', operations: 1, rate: { model: 'closed', throttlePerSecond: 1002 } },
  };
  const others = [
    [load({ rowsPerSecond: 1003 }), 'spec.rowsPerSecond', 'found 1003'],
    [load({}), 'spec.rowsPerSecond', 'found no limit'],
    [zookeeper, 'spec.rate', 'found 1002'],
    [
      stress('127.0.0.1', undefined, { spec: { command: 'write n=1 -rate threads=1 fixed=1004/s' } }),
      'spec.rate',
      'found 1004',
    ],
  ] as const;
  for (const [body, path, found] of others)
    expect(Problem.parse((await api.post('/v1/runs', body, red)).json).errors).toEqual([
      { path, message: expect.stringContaining(found) },
    ]);
  const first = Run.parse((await api.post('/v1/runs', stress('127.0.0.1', open(600)), red)).json);
  await beginRun(api.store, first.id, api.now.ms);
  const reason = async (id: string) => Run.parse((await api.get(`/v1/runs/${id}`, red)).json).waiting?.reason;
  const second = Run.parse((await api.post('/v1/runs', stress('127.0.0.2', open(500)), red)).json);
  expect(await reason(second.id)).toContain(
    'may send 1000 operations per second; runs under way plan 600, it plans 500',
  );
  api.now.ms += 1;
  const third = Run.parse(
    (await api.post('/v1/runs', stress('127.0.0.3', open(1), { placement: { executors: 2 } }), red)).json,
  );
  expect(await reason(third.id)).toContain('may use 2 executors; 1 are at work, it needs 2');
  await api.store.shards.register({ id: 'free', labels: {}, hostname: 'h', pid: 1, cores: 1 }, api.now.ms);
  expect(await api.store.shards.claim('free', api.now.ms, 1000)).toBeNull();
  const { usage } = Project.parse((await api.get('/v1/projects/red', red)).json);
  expect(usage).toEqual({ activeRuns: 1, queuedRuns: 2, executors: 1, ratePerSecond: 600 });

  await api.put(
    '/v1/projects/red',
    { name: 'red', quotas: { concurrentRuns: 1 } },
    { ...bearer(ROOT), 'if-match': '"1"' },
  );
  expect(await reason(second.id)).toContain('may have 1 runs under way, and has 1');
  await api.post(`/v1/runs/${first.id}/cancel`, {}, red);
  await api.store.runs.transition(first.id, { to: 'cancelled', actor: 't', reason: 't', atMs: api.now.ms });
  expect(await api.store.shards.claim('free', api.now.ms, 1000)).toMatchObject({ runId: second.id });
});

it('a run that plans no rate waits when a quota of the rate comes after it, and so do others beside one', async () => {
  const red = await team('red');
  const post = async (host: string, rate?: object) =>
    Run.parse((await api.post('/v1/runs', stress(host, rate), red)).json).id;
  const reason = async (id: string) => Run.parse((await api.get(`/v1/runs/${id}`, red)).json).waiting?.reason;
  await beginRun(api.store, await post('127.0.0.1'), api.now.ms);
  const queued = await post('127.0.0.2');
  const change = { name: 'red', quotas: { ratePerSecond: 1000 } };
  await api.put('/v1/projects/red', change, { ...bearer(ROOT), 'if-match': '"1"' });
  expect(await reason(queued)).toContain('it plans no rate, so it cannot begin under that quota');
  const modest = await post('127.0.0.3', { model: 'open', threads: 4, ratePerSecond: 1 });
  expect(await reason(modest)).toContain('a run under way plans no rate');
  await api.store.shards.register({ id: 'free', labels: {}, hostname: 'h', pid: 1, cores: 1 }, api.now.ms);
  expect(await api.store.shards.claim('free', api.now.ms, 1000)).toBeNull();
});
