import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Run } from '#libs/contract/run.js';
import { Summary } from '#libs/contract/summary.js';
import { aSnapshot, beginRun, startTestApi, type TestApi } from '../../../test/api-server.js';

let api: TestApi;
beforeEach(async () => {
  api = await startTestApi();
});
afterEach(() => api.close());

it('a run whose executor is lost ends as interrupted, with the summary of what it had measured', async () => {
  const answer = await api.post('/v1/runs', {
    kind: 'stress',
    target: { contactPoints: ['127.0.0.1'] },
    spec: { operation: 'write', stop: { type: 'operations', count: 10 }, rate: { model: 'closed', threads: 1 } },
  });
  const { id } = Run.parse(answer.json);
  const [claim] = await beginRun(api.store, id);
  if (claim === undefined) throw new Error('expected a claim');
  await api.store.intervals.append(claim, 'executor-0', [aSnapshot(0, { WRITE: [1, 2, 3] })]);
  api.now.ms += 120_000;
  await vi.waitFor(
    async () => {
      expect(Run.parse((await api.get(`/v1/runs/${id}`)).json).status).toBe('interrupted');
      const summary = Summary.parse((await api.get(`/v1/runs/${id}/summary`)).json);
      expect(summary.operations['WRITE']?.completed).toBe(3);
    },
    { timeout: 10_000, interval: 100 },
  );
});
