import { afterEach, beforeEach, expect, it } from 'vitest';
import { Run } from '#libs/contract/run.js';
import { aSnapshot, beginRun, endRun, NOON_MS, startTestApi, type TestApi } from '../../../test/api-server.js';
import { parseApiConfig } from '../config.js';
import { RollUp } from './roll-up.service.js';

const HOUR_MS = 3_600_000;
const body = {
  kind: 'stress',
  target: { contactPoints: ['127.0.0.1'] },
  spec: { command: 'write n=1000 -rate threads=1' },
};

let api: TestApi;
beforeEach(async () => (api = await startTestApi()));
afterEach(() => api.close());

it('old runs answer the same figures in fewer rows, and not before they are old', async () => {
  const { id } = Run.parse((await api.post('/v1/runs', body)).json);
  const [claim] = await beginRun(api.store, id);
  if (claim === undefined) throw new Error('nothing was claimed');
  const seconds = Array.from({ length: 30 }, (_, index) => aSnapshot(index, { WRITE: [1 + index, 2] }));
  await api.store.intervals.append(claim, 'executor-0', seconds);
  await endRun(api.store, [claim], NOON_MS + 30_000);
  await api.store.runs.saveSummary(id, JSON.parse('{"verdict":"none"}'));

  const config = { ...parseApiConfig({ TIDEMARK_ROLL_UP_10S_HOURS: '24', TIDEMARK_ROLL_UP_60S_HOURS: '0' }) };
  const job = new RollUp(api.store, config, () => api.now.ms);
  const stats = async () => (await api.get(`/v1/runs/${id}/stats`)).json;
  const rows = async () => {
    const { json } = await api.get(`/v1/runs/${id}/intervals?op=WRITE&limit=1000`);
    return JSON.parse(JSON.stringify(json)).items.map(({ lengthMs }: { lengthMs: number }) => lengthMs);
  };
  const before = await stats();
  api.now.ms = NOON_MS + 23 * HOUR_MS;
  await job.tick();
  expect(await rows()).toHaveLength(30);

  api.now.ms = NOON_MS + 25 * HOUR_MS;
  const other = new RollUp(api.store, config, () => api.now.ms);
  // The lease of the first is over by now; the second takes it and the first has to leave it.
  await other.tick();
  expect(await rows()).toEqual([10_000, 10_000, 10_000]);
  const after = await stats();
  expect({ ...Object(after), intervals: 30 }).toEqual(before);
});
