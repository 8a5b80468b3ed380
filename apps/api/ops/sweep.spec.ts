import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Run } from '#libs/contract/run.js';
import { problemOf } from '#libs/contract/problem.js';
import { Summary } from '#libs/contract/summary.js';
import type { Claim, Ending } from '#libs/store/port.js';
import { aSnapshot, beginRun, startTestApi, type TestApi } from '../../../test/api-server.js';
import { aSummary } from '../../../test/sample-run.js';

let api: TestApi;
beforeEach(async () => {
  api = await startTestApi();
});
afterEach(() => api.close());

/** A run whose load has begun. */
async function begun(): Promise<{ id: string; claim: Claim }> {
  const answer = await api.post('/v1/runs', {
    kind: 'stress',
    target: { contactPoints: ['127.0.0.1'] },
    spec: { operation: 'write', stop: { type: 'operations', count: 10 }, rate: { model: 'closed', threads: 1 } },
  });
  const { id } = Run.parse(answer.json);
  const [claim] = await beginRun(api.store, id);
  if (claim === undefined) throw new Error('expected a claim');
  await api.store.intervals.append(claim, 'executor-0', [aSnapshot(0, { WRITE: [1, 2, 3] })]);
  return { id, claim };
}

it('a run whose executor is lost ends as interrupted, with the summary of what it had measured', async () => {
  const { id } = await begun();
  api.now.ms += 120_000;
  await vi.waitFor(
    async () => {
      expect(Run.parse((await api.get(`/v1/runs/${id}`)).json).status).toBe('interrupted');
      const summary = Summary.parse((await api.get(`/v1/runs/${id}/summary`)).json);
      expect(summary.operations['WRITE']?.completed).toBe(3);
    },
    { timeout: 15_000, interval: 100 },
  );
});

const crash: Ending = {
  to: 'failed',
  actor: 'executor:executor-0',
  reason: 'load lane 0 crashed',
  problem: problemOf('LANE_CRASHED', 'load lane 0 crashed'),
};
const done: Ending = { to: 'completed', actor: 'executor:executor-0', reason: 'the plan was carried out' };

it.each([
  ['completed', 'before its summary', done],
  ['completed', 'after its summary', done],
  ['failed', 'before its summary', crash],
] as const)(
  'a run whose only executor died while finishing is %s by the service (%s)',
  async (status, when, ending) => {
    const { id, claim } = await begun();
    await api.store.shards.ended(claim, 3, api.now.ms, { ending });
    if (when === 'after its summary') await api.store.runs.saveSummary(id, aSummary());
    api.now.ms += 15_000;
    await vi.waitFor(async () => expect(Run.parse((await api.get(`/v1/runs/${id}`)).json).status).toBe(status), {
      timeout: 15_000,
      interval: 100,
    });
    expect(Run.parse((await api.get(`/v1/runs/${id}`)).json).problem?.code).toBe(ending.problem?.code);
    const summary = Summary.parse((await api.get(`/v1/runs/${id}/summary`)).json);
    expect(summary.operations['WRITE']?.completed).toBe(3);
  },
);
