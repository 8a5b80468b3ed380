import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Dataset } from '#libs/contract/dataset.js';
import { Problem } from '#libs/contract/problem.js';
import { Run } from '#libs/contract/run.js';
import { beginRun, endRun, NOON_MS, startTestApi, type TestApi } from '../../../test/api-server.js';
import { DatasetFiles } from './datasets.schema.js';

const red = { 'tidemark-project': 'red' };
const blue = { 'tidemark-project': 'blue' };
const target = { contactPoints: ['127.0.0.1'] };
const load = (dataset: string) => ({ kind: 'load', target, spec: { dataset } });
const query = (dataset: string) => ({ kind: 'query', target, spec: { dataset } });
const generate = (dataset: string, more: object = {}) => ({
  kind: 'generate',
  spec: { dataset, files: 1, rowsPerFile: 1, ...more },
});

let api: TestApi;
let root: string;
beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'tidemark-data-'));
  api = await startTestApi({ dataDir: root });
  for (const id of ['red', 'blue']) await api.post('/v1/projects', { id, name: id });
});
afterEach(async () => {
  await api.close();
  rmSync(root, { recursive: true });
});

const write = (name: string) => {
  mkdirSync(join(root, name, '..'), { recursive: true });
  writeFileSync(join(root, name), 'k,v\n1,2\n');
};
const begin = async (body: object, headers: Record<string, string>) =>
  Run.parse((await api.post('/v1/runs', body, headers)).json).id;

/** As an executor that has carried a generate run out. */
async function madeBy(headers: Record<string, string>, folder: string): Promise<string> {
  const runId = await begin(generate(folder), headers);
  write(`${folder}/rows.csv`);
  const file = { name: 'rows.csv', bytes: 8, modifiedMs: NOON_MS, rows: 1, sha256: null, etag: null };
  const id = `ds-${'a'.repeat(24)}`;
  const sizes = { minBytes: 2, maxBytes: 2, meanBytes: 2, bins: [] };
  const made = { id, folder, header: true, columns: ['k', 'v'], seed: 1, fingerprint: 'f', sizes, files: [file] };
  await api.store.datasets.keepGenerated({ ...made, createdAtMs: NOON_MS }, runId);
  await api.post(`/v1/runs/${runId}/cancel`, {}, headers);
  return id;
}
const refusal = async (body: object, headers: Record<string, string>) => {
  const answer = await api.post('/v1/runs', body, headers);
  return [answer.status, Problem.safeParse(answer.json).data?.errors?.[0]?.message];
};

it('the folder of a generated dataset is read and written by its own project alone', async () => {
  const id = await madeBy(red, 'rows/made');
  expect((await api.get(`/v1/datasets/${id}`, red)).json).toMatchObject({ projectId: 'red', source: 'generated' });
  expect((await api.get(`/v1/datasets/${id}`, blue)).status).toBe(404);
  for (const folder of ['rows/made', 'rows/made/deeper', 'rows'])
    for (const body of [load(folder), query(folder), generate(folder), generate(folder, { existing: 'replace' })]) {
      const message = `expected a folder without datasets of other projects, found ${folder}: name another one`;
      expect([body, ...(await refusal(body, blue))]).toEqual([body, 400, message]);
    }
  for (const folder of ['rows/made2', 'row', 'other'])
    expect(await refusal(load(folder), blue)).toEqual([201, undefined]);
  expect(await refusal(load('rows/made'), red)).toEqual([201, undefined]);
  expect((await api.delete(`/v1/datasets/${id}?files=true`, blue)).status).toBe(404);
  expect(existsSync(join(root, 'rows/made/rows.csv'))).toBe(true);
});

it('a registration by path finds no file that another project has generated or uploaded', async () => {
  await madeBy(red, 'rows/made');
  const up = Dataset.parse((await api.post('/v1/datasets', { source: { type: 'upload' } }, red)).json);
  write(`uploads/${up.id}/rows.csv`);
  write('rows/everybodys.csv');
  const register = (path: string, headers: Record<string, string>) =>
    api.post('/v1/datasets', { source: { type: 'path', path } }, headers);
  for (const path of ['rows/made/*.csv', 'rows/made/rows.csv', `uploads/${up.id}/*.csv`]) {
    const [refused, absent] = [await register(path, blue), await register(path.replaceAll(/made|ds-/g, 'none'), blue)];
    expect([path, refused.status, Problem.parse(refused.json).code]).toEqual([path, 400, 'VALIDATION_FAILED']);
    expect(absent.status).toBe(400);
  }
  expect((await register('uploads/**/*.csv', blue)).status).toBe(422);
  const names = async (headers: Record<string, string>) => {
    const { id } = Dataset.parse((await register('**/*.csv', headers)).json);
    return DatasetFiles.parse((await api.get(`/v1/datasets/${id}/files`, headers)).json).items.map(({ name }) => name);
  };
  expect(await names(blue)).toEqual(['rows/everybodys.csv']);
  expect(await names(red)).toEqual(['rows/everybodys.csv', 'rows/made/rows.csv', `uploads/${up.id}/rows.csv`]);
});

it('what is only registered by path, or forgotten without its files, is shared by all projects', async () => {
  const id = await madeBy(red, 'made');
  write('rows/a.csv');
  expect((await api.post('/v1/datasets', { source: { type: 'path', path: 'rows/*.csv' } }, red)).status).toBe(201);
  expect(await refusal(load('rows'), blue)).toEqual([201, undefined]);
  expect((await api.delete(`/v1/datasets/${id}`, red)).status).toBe(204);
  expect(await refusal(load('made'), blue)).toEqual([201, undefined]);
});

it('a step whose folder another project has filled meanwhile fails, and its suite ends', async () => {
  const other = await begin(
    {
      kind: 'stress',
      target,
      spec: { operation: 'write', stop: { type: 'operations', count: 1 }, rate: { model: 'closed', threads: 1 } },
    },
    blue,
  );
  const claims = await beginRun(api.store, other);
  const suite = await begin({ kind: 'suite', target, spec: { steps: [{ id: 'fill', run: load('late') }] } }, blue);
  await madeBy(red, 'late');
  await endRun(api.store, claims, NOON_MS + 1000);
  const ended = await vi.waitFor(
    async () => {
      const run = Run.parse((await api.get(`/v1/runs/${suite}`, blue)).json);
      expect(run.endedAtMs).not.toBeNull();
      return run;
    },
    { timeout: 15_000, interval: 100 },
  );
  expect(ended.status).toBe('failed');
  const steps = await api.store.runs.list({ parent: suite, limit: 9 });
  expect(steps.items).toMatchObject([
    { status: 'failed', problem: { detail: expect.stringContaining('found late: name another one') } },
  ]);
});
