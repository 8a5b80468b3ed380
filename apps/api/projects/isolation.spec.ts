import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { CreatedApiKey } from '#libs/contract/api-key.js';
import { Upload } from '#libs/contract/dataset.js';
import { Problem } from '#libs/contract/problem.js';
import { aSummary } from '../../../test/sample-run.js';
import { aSnapshot, beginRun, endRun, NOON_MS, startTestApi, type TestApi } from '../../../test/api-server.js';

const ROOT = 'the-bootstrap-key-of-this-test';
const bearer = (key: string) => ({ authorization: `Bearer ${key}` });
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const CONTENT = 'k,v\n1,2\n';
const target = { contactPoints: ['127.0.0.1'] };
const stress = {
  kind: 'stress',
  target,
  spec: { operation: 'write', stop: { type: 'operations', count: 1 }, rate: { model: 'closed', threads: 1 } },
};
const benchmark = { name: 'saved', definition: stress };
const schedule = { name: 'nightly', cron: '30 2 * * *', timeZone: 'UTC', work: { type: 'run', run: stress } };
const webhook = { name: 'ci', url: 'http://127.0.0.1:1/hook' };

/** What the routes with something in their path are about, and what stands in their paths. */
const FAMILIES: Record<string, { code: string; params: Record<string, string> }> = {
  '/v1/runs/': { code: 'RUN_NOT_FOUND', params: { name: 'notes.txt' } },
  '/v1/datasets/': { code: 'DATASET_NOT_FOUND', params: { name: 'rows.csv', number: '1' } },
  '/v1/datasets/{id}/uploads/{uploadId}': { code: 'NOT_FOUND', params: { number: '1' } },
  '/v1/benchmarks/': { code: 'NOT_FOUND', params: {} },
  '/v1/schedules/': { code: 'NOT_FOUND', params: {} },
  '/v1/webhooks/': { code: 'NOT_FOUND', params: {} },
  '/v1/api-keys/': { code: 'NOT_FOUND', params: {} },
};
/** Executors belong to nobody, and of projects there are tests of their own. */
const OF_NO_PROJECT = ['/v1/executors/', '/v1/projects/'];
/** Where an empty body is no valid one. */
const BODIES: Record<string, object> = {
  'PUT /v1/benchmarks/{id}': benchmark,
  'PUT /v1/schedules/{id}': schedule,
  'PUT /v1/webhooks/{id}': webhook,
  'POST /v1/datasets/{id}/uploads': { name: 'more.csv', bytes: 3 },
  'POST /v1/runs/{id}/annotations': { label: 'note' },
};
const PART = '/v1/datasets/{id}/uploads/{uploadId}/parts/{number}';
/** Refused for other reasons: the run has no steps, and names no other one. */
const WITHOUT_ANSWER: Record<string, number> = { '/v1/runs/{id}/progress': 409, '/v1/runs/{id}/comparison': 400 };

let api: TestApi;
let root: string;
let red: Record<string, string>;
let blue: Record<string, string>;
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'tidemark-data-'));
  api = await startTestApi({ apiKey: ROOT, dataDir: root });
  [red, blue] = [await team('red'), await team('blue')];
  await fill();
});
afterAll(async () => {
  await api.close();
  rmSync(root, { recursive: true });
});

async function team(id: string): Promise<Record<string, string>> {
  expect((await api.post('/v1/projects', { id, name: id }, bearer(ROOT))).status).toBe(201);
  const made = await api.post('/v1/api-keys', { name: id, role: 'admin', projectId: id }, bearer(ROOT));
  return bearer(CreatedApiKey.parse(made.json).key ?? '');
}

const Made = z.object({ id: z.string() });
async function make(path: string, body: object): Promise<string> {
  const answer = await api.post(path, body, red);
  expect([path, answer.status, answer.text]).toEqual([path, 201, expect.anything()]);
  return Made.parse(answer.json).id;
}

async function upload(datasetId: string, name: string): Promise<string> {
  const begun = await api.post(`/v1/datasets/${datasetId}/uploads`, { name, bytes: CONTENT.length }, red);
  const { id } = Upload.parse(begun.json);
  const url = `/v1/datasets/${datasetId}/uploads/${id}`;
  const headers = { ...red, 'content-type': 'application/octet-stream', 'x-content-sha256': sha256(CONTENT) };
  expect((await fetch(`${api.url}${url}/parts/1`, { method: 'PUT', body: CONTENT, headers })).status).toBe(200);
  return id;
}

/** Everything that a project can have. */
async function fill(): Promise<void> {
  const hook = await make('/v1/webhooks', webhook);
  const run = await make('/v1/runs', stress);
  const claims = await beginRun(api.store, run);
  for (const claim of claims) await api.store.intervals.append(claim, 'executor-0', [aSnapshot(0, { WRITE: [1] })]);
  await api.store.artifacts.append(run, {
    name: 'notes.txt',
    type: 'text/plain',
    part: 0,
    text: 'mine',
    atMs: NOON_MS,
  });
  await api.store.runs.saveSummary(run, aSummary());
  await endRun(api.store, claims, NOON_MS + 1000);
  expect((await api.post(`/v1/runs/${run}/annotations`, { label: 'mine' }, red)).status).toBe(201);
  const dataset = await make('/v1/datasets', { source: { type: 'upload' } });
  const whole = await upload(dataset, 'rows.csv');
  expect((await api.post(`/v1/datasets/${dataset}/uploads/${whole}/complete`, {}, red)).status).toBe(200);
  const uploadId = await upload(dataset, 'late.csv');
  const Deliveries = z.object({ items: z.array(Made.extend({ attempts: z.array(z.unknown()) })) });
  const deliveryId = await vi.waitFor(
    async () => {
      const page = Deliveries.parse((await api.get(`/v1/webhooks/${hook}/deliveries`, red)).json);
      expect(page.items[0]?.attempts).toHaveLength(1);
      return page.items[0]?.id ?? '';
    },
    { timeout: 15_000, interval: 50 },
  );
  const ids: Record<string, Record<string, string>> = {
    '/v1/runs/': { id: run },
    '/v1/datasets/': { id: dataset, uploadId },
    '/v1/datasets/{id}/uploads/{uploadId}': { id: dataset, uploadId },
    '/v1/benchmarks/': { id: await make('/v1/benchmarks', benchmark) },
    '/v1/schedules/': { id: await make('/v1/schedules', schedule) },
    '/v1/webhooks/': { id: hook, deliveryId },
    '/v1/api-keys/': { id: await make('/v1/api-keys', { name: 'other', role: 'viewer' }) },
  };
  for (const [family, params] of Object.entries(ids)) Object.assign(FAMILIES[family]?.params ?? {}, params);
}

interface Route {
  method: string;
  path: string;
  url: string;
  code: string;
}

/** Every route of the API that names something which belongs to a project, here what red has. */
async function routes(): Promise<Route[]> {
  const { paths } = z
    .object({ paths: z.record(z.string(), z.record(z.string(), z.unknown())) })
    .parse(JSON.parse(await readFile('openapi/openapi.json', 'utf8')));
  return Object.entries(paths)
    .filter(([path]) => path.includes('{') && !OF_NO_PROJECT.some((family) => path.startsWith(family)))
    .flatMap(([path, item]) => {
      // The longest that fits; a new family without one has to be thought of here.
      const [family] = Object.keys(FAMILIES)
        .filter((each) => path.startsWith(each))
        .toSorted((a, b) => b.length - a.length);
      const { code, params } = FAMILIES[family ?? ''] ?? { code: 'none', params: {} };
      const url = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => params[name] ?? `missing-${name}`);
      return Object.keys(item).map((method) => ({ method: method.toUpperCase(), path, url, code }));
    });
}

async function send({ method, path, url }: Route, headers: Record<string, string>) {
  const isPart = path === PART;
  const json = JSON.stringify(BODIES[`${method} ${path}`] ?? {});
  const answer = await fetch(api.url + url, {
    method,
    headers: {
      ...headers,
      'if-match': '"1"',
      'content-type': isPart ? 'application/octet-stream' : 'application/json',
      'x-content-sha256': sha256(CONTENT),
    },
    body: ['POST', 'PUT'].includes(method) ? (isPart ? CONTENT : json) : null,
  });
  return { status: answer.status, text: await answer.text() };
}

/** All that red can read of its own. */
async function seen(): Promise<Record<string, string>> {
  const reading = (await routes()).filter(({ method }) => method === 'GET');
  const lists = ['runs', 'datasets', 'benchmarks', 'schedules', 'webhooks', 'api-keys'].map((name) => `/v1/${name}`);
  const all: Record<string, string> = {};
  for (const { path, url } of [...reading, ...lists.map((path) => ({ path, url: path }))]) {
    const { status, text } = await api.get(url, red);
    const expected = WITHOUT_ANSWER[path] ?? 200;
    expect([path, status, text]).toEqual([path, expected, expect.anything()]);
    // A refusal has an id of its own.
    if (status !== 200) continue;
    all[path] = text;
  }
  return all;
}

it('nothing of a project exists for the key of another, on whatever route, and no call of that key changes it', async () => {
  const before = await seen();
  const all = await routes();
  expect(all.length).toBeGreaterThan(45);
  for (const route of all) {
    expect(route.url, 'a name of the path has no value here').not.toContain('missing-');
    const { status, text } = await send(route, blue);
    const { code } = Problem.parse(JSON.parse(text));
    expect([route.method, route.path, status, code]).toEqual([route.method, route.path, 404, route.code]);
  }
  expect(await seen()).toEqual(before);
  expect(existsSync(join(root, 'uploads', FAMILIES['/v1/datasets/']?.params['id'] ?? '', 'rows.csv'))).toBe(true);
});

it('lists have what is of the project of the key, or of the one that a key of all projects chose', async () => {
  const count = async (path: string, headers: Record<string, string>) =>
    z.object({ items: z.array(Made) }).parse((await api.get(path, headers)).json).items.length;
  for (const name of ['runs', 'datasets', 'benchmarks', 'schedules', 'webhooks']) {
    const choose = (projectId: string) => ({ ...bearer(ROOT), 'tidemark-project': projectId });
    const callers = [red, blue, bearer(ROOT), choose('red'), choose('blue')];
    const counts = await Promise.all(callers.map((headers) => count(`/v1/${name}`, headers)));
    expect([name, counts]).toEqual([name, [1, 0, 1, 1, 0]]);
  }
});

it('what names something of another project is refused', async () => {
  const of = (family: string) => FAMILIES[family]?.params['id'] ?? '';
  const [run, dataset] = [of('/v1/runs/'), of('/v1/datasets/')];
  const load = (id: string) => ({ kind: 'load', target, spec: { dataset: id } });
  const suite = (id: string) => ({ kind: 'suite', target, spec: { steps: [{ id: 'fill', run: load(id) }] } });
  const naming = (id: string): [string, object][] => [
    ['/v1/runs', load(id)],
    ['/v1/runs', { kind: 'query', target, spec: { dataset: id } }],
    ['/v1/runs', suite(id)],
    ['/v1/benchmarks', { name: 'x', definition: load(id) }],
    ['/v1/schedules', { ...schedule, work: { type: 'run', run: load(id) } }],
  ];
  const none = `ds-${'0'.repeat(24)}`;
  for (const [at, [path, body]] of naming(dataset).entries()) {
    const answer = await api.post(path, body, blue);
    const [, absent] = naming(none)[at] ?? [];
    const asIfNone = await api.post(path, absent, blue);
    expect([path, answer.status]).toEqual([path, 400]);
    expect(Problem.parse(answer.json).errors).toEqual(Problem.parse(asIfNone.json).errors);
    expect(answer.text).toContain('there is no such one');
  }
  const valid = async (headers: Record<string, string>) =>
    z.object({ valid: z.boolean() }).parse((await api.post('/v1/runs/validate', load(dataset), headers)).json).valid;
  expect([await valid(blue), await valid(red)]).toEqual([false, true]);
  // A run without a project is one of the default one, whoever makes it.
  expect(await valid(bearer(ROOT))).toBe(false);
  expect(await valid({ ...bearer(ROOT), 'tidemark-project': 'red' })).toBe(true);

  const others: [string, object, number][] = [
    ['/v1/comparisons', { baseline: run, candidates: [run] }, 404],
    ['/v1/webhooks', { ...webhook, runId: run }, 400],
    ['/v1/webhooks', { ...webhook, scheduleId: of('/v1/schedules/') }, 400],
    ['/v1/schedules', { ...schedule, work: { type: 'benchmark', benchmarkId: of('/v1/benchmarks/') } }, 400],
  ];
  for (const [path, body, status] of others)
    expect([path, body, (await api.post(path, body, blue)).status]).toEqual([path, body, status]);
  const own = Made.parse((await api.post('/v1/runs', stress, blue)).json).id;
  for (const page of ['report', 'comparison'])
    expect([page, (await api.get(`/v1/runs/${own}/${page}?with=${run}`, blue)).status]).toEqual([page, 404]);
});
