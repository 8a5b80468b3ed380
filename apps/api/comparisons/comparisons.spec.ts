import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Comparison } from '#libs/contract/comparison.js';
import { Problem } from '#libs/contract/problem.js';
import { Run } from '#libs/contract/run.js';
import type { Summary } from '#libs/contract/summary.js';
import { aSnapshot, beginRun, endRun, NOON_MS, startTestApi, type TestApi } from '../../../test/api-server.js';
import { aSummary } from '../../../test/sample-run.js';

const SECONDS = 12;

describe('comparisons', () => {
  let api: TestApi;
  let [baseline, slower, again] = ['', '', ''];

  /** A run whose READs took so long, now a little more, now less. */
  const measured = async (latencyMs: number, fields: Partial<Summary> = {}): Promise<string> => {
    const answer = await api.post('/v1/runs', {
      kind: 'stress',
      target: { contactPoints: ['127.0.0.1'] },
      spec: { operation: 'read', stop: { type: 'operations', count: 1200 }, rate: { model: 'closed', threads: 2 } },
    });
    const { id } = Run.parse(answer.json);
    const claims = await beginRun(api.store, id);
    for (const claim of claims)
      await api.store.intervals.append(
        claim,
        'executor-0',
        Array.from({ length: SECONDS }, (_, second) =>
          aSnapshot(second, {
            READ: Array.from(
              { length: 200 },
              (_each, index) => latencyMs * (1 + ((index * 37 + second * 11) % 50) / 100),
            ),
          }),
        ),
      );
    await api.store.runs.saveSummary(id, aSummary({ durationMs: SECONDS * 1000, ...fields }));
    await endRun(api.store, claims, NOON_MS + SECONDS * 1000);
    return id;
  };

  beforeAll(async () => {
    api = await startTestApi();
    [baseline, slower, again] = [await measured(4), await measured(5), await measured(4)];
  });
  afterAll(() => api.close());

  const compare = async (body: object) => api.post('/v1/comparisons', { baseline, ...body });

  it('says which metrics have changed, how far, and how sure that is', async () => {
    const answer = await compare({ candidates: [slower, again] });
    expect(answer.status, answer.text).toBe(200);
    const { candidates } = Comparison.parse(answer.json);
    expect(candidates.map(({ outcome, problems }) => [outcome, problems])).toEqual([
      ['worse', []],
      ['same', []],
    ]);
    const p50 = candidates[0]?.metrics.find(({ metric }) => metric === 'p50Ms');
    expect(p50).toMatchObject({
      operation: 'READ',
      clock: 'serviceTime',
      change: 'worse',
      effect: { delta: 1, size: 'large' },
      test: { name: expect.stringContaining('Mann-Whitney U') },
      samples: { baseline: SECONDS, candidate: SECONDS },
    });
    expect(p50?.differencePercent).toBeCloseTo(25, 0);
    expect((await compare({ candidates: [slower, again] })).text).toBe(answer.text);
    const tolerant = Comparison.parse((await compare({ candidates: [slower], tolerancePercent: 40 })).json);
    expect(tolerant.candidates[0]?.outcome).toBe('same');
  });

  it('has a page that says the same', async () => {
    const page = await api.get(`/v1/runs/${baseline}/comparison?with=${slower}`);
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(page.text).toContain('<small>Against the baseline</small><b>worse</b>');
    expect(page.text).toContain('<td>READ</td><td>p50Ms service</td>');
  });

  it('takes no invalid run for a baseline, and tells one among the candidates', async () => {
    const reasons = [{ code: 'SATURATED', level: 'invalid' as const, message: 'the lanes were busy' }];
    const invalid = await measured(4, { validity: { level: 'invalid', reasons } });
    const refused = Problem.parse((await compare({ baseline: invalid, candidates: [again] })).json);
    expect(refused).toMatchObject({ status: 409, code: 'BASELINE_INVALID' });
    expect(refused.detail).toContain('the lanes were busy');
    const { candidates } = Comparison.parse((await compare({ candidates: [invalid] })).json);
    expect(candidates[0]).toMatchObject({ outcome: 'incomparable', metrics: [], problems: [{ code: 'INVALID' }] });
  });

  it('refuses what is not there, has no result, or is no load', async () => {
    const codeOf = async (body: object) => Problem.parse((await compare(body)).json).code;
    expect(await codeOf({ candidates: ['nobody'] })).toBe('RUN_NOT_FOUND');
    expect(await codeOf({ candidates: [] })).toBe('VALIDATION_FAILED');
    const waiting = Run.parse((await api.post(`/v1/runs/${again}/rerun`)).json).id;
    expect(await codeOf({ baseline: waiting, candidates: [again] })).toBe('NO_RESULT_YET');
    const { candidates } = Comparison.parse((await compare({ candidates: [waiting] })).json);
    expect(candidates[0]).toMatchObject({
      outcome: 'incomparable',
      problems: [{ code: 'NO_RESULT' }],
    });
  });
});
