import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { reportOf } from '#libs/dataset/manifest.js';
import { Run } from '#libs/contract/run.js';
import { Summary } from '#libs/contract/summary.js';
import { finishRun } from '#libs/workloads/finish-run.js';
import { GenerateSpec } from '#libs/workloads/generate/generate.schema.js';
import { aSnapshot, beginRun, NOON_MS, startTestApi, type TestApi } from '../../../test/api-server.js';
import { Validation } from './runs.schema.js';

const spec = { dataset: 'rows', files: 4, rowsPerFile: 10 };
const body = { kind: 'generate', spec, placement: { executors: 2 } };

describe('generate runs', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await startTestApi();
  });
  afterAll(() => api.close());

  const create = async (dataset: string): Promise<Run> => {
    const answer = await api.post('/v1/runs', { ...body, spec: { ...spec, dataset } });
    expect(answer.status, answer.text).toBe(201);
    return Run.parse(answer.json);
  };

  it('have no target, and show their specification with every default', async () => {
    expect(await create('first')).toMatchObject({
      kind: 'generate',
      target: null,
      spec: {
        dataset: 'first',
        threads: 4,
        sizes: { type: 'production' },
        key: { column: 'sort_key', type: 'random' },
      },
      shards: [
        { index: 0, lanes: [{ first: 0 }, { first: 2 }] },
        { index: 1, lanes: [{ first: 1 }, { first: 3 }] },
      ],
    });
  });

  it('refuse a target, a path out of the data root, and every other problem at once', async () => {
    const wrong = {
      kind: 'generate',
      target: { contactPoints: ['127.0.0.1'] },
      spec: { dataset: '../etc', files: 0, rowsPerFile: 10, payload: { columns: ['sort_key'] } },
    };
    const answer = await api.post('/v1/runs', wrong);
    expect(answer.status).toBe(400);
    expect(answer.json).toMatchObject({
      code: 'VALIDATION_FAILED',
      errors: expect.arrayContaining([
        { path: 'target', message: expect.stringContaining('expected no field of this name') },
        { path: 'spec.dataset', message: expect.stringContaining('expected a name of letters') },
        { path: 'spec.files', message: 'expected at least 1, found 0' },
      ]),
    });
  });

  it('are estimated before they are created', async () => {
    const answer = await api.post('/v1/runs/validate', {
      ...body,
      spec: { ...spec, sizes: { type: 'fixed', bytes: 97 } },
    });
    const { valid, plan } = Validation.parse(answer.json);
    expect(valid).toBe(true);
    expect(plan).toMatchObject({ kind: 'generate', endpoints: ['dataset:rows'], executors: 2 });
    // A header, and 97 bytes with a comma and the line's end.
    expect(plan?.estimate).toMatchObject({ rows: 40, bytesPerRow: 100, bytes: 4 * (18 + 10 * 100) });
  });

  it('wait for another run that writes the same dataset, not for one of another', async () => {
    const one = await create('busy');
    await begin(one);
    const [two, other] = [await create('busy'), await create('free')];
    const waiting = async ({ id }: Run) => Run.parse((await api.get(`/v1/runs/${id}`)).json).waiting?.reason;
    expect(await waiting(two)).toContain(`locked by run ${one.id}`);
    expect(await waiting(other)).not.toContain('locked');
  });

  it('can be run again', async () => {
    const original = await create('again');
    const answer = await api.post(`/v1/runs/${original.id}/rerun`);
    expect(Run.parse(answer.json)).toMatchObject({ rerunOf: original.id, target: null, spec: original.spec });
  });

  it('report what all executors made in one summary, and print what the command line prints', async () => {
    const run = await create('reported');
    const claims = await begin(run);
    const made = GenerateSpec.parse({ ...spec, dataset: 'reported' });
    for (const [shard, claim] of claims.entries()) {
      const sizes = { counts: [10], totalBytes: 40_000, minBytes: 3_900, maxBytes: 4_100 };
      const records = [0, 2].map((index) => {
        const place = { index: index + shard, name: `${index}`, firstRow: 0, fingerprint: 'f', sha256: 'x' };
        return { ...place, rows: 10, dataBytes: 40_030, storedBytes: 40_030, sizes };
      });
      await api.store.intervals.append(claim, `executor-${shard}`, [aSnapshot(0, { ROW: Array(20).fill(1) })]);
      await api.store.shards.ended(claim, 20, NOON_MS + 1_000, { report: reportOf(made, records, new Set()) });
    }
    await api.store.log.add(run.id, [{ atMs: NOON_MS, level: 'info', source: 'executor:a', message: '✓ File 1/4: x' }]);
    const ending = { to: 'completed', actor: 'executor:a', reason: 'the plan was carried out' } as const;
    await finishRun(api.store, run.id, NOON_MS + 1_000, ending);
    const summary = Summary.parse((await api.get(`/v1/runs/${run.id}/summary`)).json);
    expect(summary.operations['ROW']).toMatchObject({ completed: 40, failed: 0 });
    expect(summary.report).toMatchObject({
      kind: 'generate',
      dataset: 'reported',
      files: 4,
      rows: 40,
      storedBytes: 160_120,
      sizes: { rows: 40, totalBytes: 160_000, minBytes: 3_900, maxBytes: 4_100, meanBytes: 4_000 },
    });
    const { text } = await api.get(`/v1/runs/${run.id}/stdout`);
    expect(text).toMatch(/^Generating 4 files with 10 rows each\nOutput directory: reported\nUsing 4 threads\n/);
    expect(text).toContain('✓ File 1/4: x\n');
    expect(text).toMatch(/^ok=40 \| errors=0 \| files=4 \| kept=0 \| rows=40 /m);
  });

  /** Cancels whatever else waits, so that the executors take this run. */
  async function begin(run: Run) {
    const { items } = await api.store.runs.list({ status: 'queued', limit: 100 });
    for (const { id } of items)
      if (id !== run.id) await api.store.runs.requestCancel(id, 'test', 'not this one', NOON_MS);
    return beginRun(api.store, run.id);
  }
});
