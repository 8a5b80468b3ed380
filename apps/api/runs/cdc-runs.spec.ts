import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Run } from '#libs/contract/run.js';
import { startTestApi, type TestApi } from '../../../test/api-server.js';

const sink = { host: '127.0.0.1', port: 5433, database: 'shop', username: 'cdc_user', password: 'hidden words' };
const target = { contactPoints: ['127.0.0.1:9042'], sink };

describe('cdc runs', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await startTestApi();
  });
  afterAll(() => api.close());

  it("keep the sink's password to themselves, and have the original's limits when they name none", async () => {
    const answer = await api.post('/v1/runs', {
      kind: 'cdc',
      target,
      spec: { ratePerSecond: 4000, lanes: 2 },
      placement: { executors: 2 },
    });
    expect(answer.status, answer.text).toBe(201);
    expect(answer.text).not.toContain('hidden words');
    const run = Run.parse(answer.json);
    expect(run.target?.sink).toEqual({
      host: '127.0.0.1',
      port: 5433,
      database: 'shop',
      username: 'cdc_user',
      hasPassword: true,
      hasTls: false,
    });
    expect(run.thresholds.map(({ metric, value }) => [metric, value])).toEqual([
      ['report.eventsPerSecond', 3960],
      ['report.errorShare', 0.001],
      ['report.fromAck.p95Ms', 2000],
      ['report.fromAck.p99Ms', 5000],
      ['report.verifiedShare', 0.99],
      ['report.outcomes.lost', 0],
      ['report.wrongRowCount', 0],
    ]);
    expect(run.shards.map(({ lanes }) => lanes.map(({ first, stride }) => [first, stride]))).toEqual([
      [
        [0, 4],
        [2, 4],
      ],
      [
        [1, 4],
        [3, 4],
      ],
    ]);
    const stored = await api.store.runs.find(run.id, { withSecrets: true });
    expect(stored?.kind === 'cdc' && stored.target.sink?.password).toBe('hidden words');
    const shown = await api.store.runs.find(run.id);
    expect(JSON.stringify(shown)).not.toContain('hidden words');
  });

  it('may say that they have no limits, and need no target where the pipeline is simulated', async () => {
    const answer = await api.post('/v1/runs', {
      kind: 'cdc',
      spec: { pipeline: { type: 'embedded', lag: { type: 'constant', ms: 200 } } },
      thresholds: [],
    });
    expect(answer.status, answer.text).toBe(201);
    expect(Run.parse(answer.json)).toMatchObject({ thresholds: [], target: { contactPoints: [] } });
  });

  it('are refused with every problem: no ends, a sink that may not be reached, columns twice', async () => {
    const empty = await api.post('/v1/runs', { kind: 'cdc', spec: {} });
    expect(empty.json).toMatchObject({
      errors: [
        { path: 'target.contactPoints', message: 'expected at least one, found none' },
        { path: 'target.sink', message: expect.stringContaining('found nothing') },
      ],
    });
    const far = await api.post('/v1/runs', {
      kind: 'cdc',
      spec: {},
      target: { ...target, sink: { host: '169.254.169.254', password: 'alone' } },
    });
    expect(far.json).toMatchObject({
      errors: [
        { path: 'target.sink.host', message: expect.stringContaining('found 169.254.169.254') },
        { path: 'target.sink.username', message: expect.stringContaining('beside the password') },
      ],
    });
    const twice = { columns: [{ name: 'seq', type: 'int' }] };
    const wrong = await api.post('/v1/runs', {
      kind: 'cdc',
      spec: { table: twice, rampMs: 90_000, weights: { insert: 0 } },
      target,
    });
    const { errors } = wrong.json as { errors: { path: string }[] };
    expect(errors.map(({ path }) => path)).toEqual(expect.arrayContaining(['spec.table.columns', 'spec.weights']));
  });
});
