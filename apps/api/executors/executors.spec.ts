import { afterEach, expect, it } from 'vitest';
import { CreatedApiKey } from '#libs/contract/api-key.js';
import { NOON_MS, startTestApi, type TestApi } from '../../../test/api-server.js';

const ROOT = 'the-bootstrap-key-of-this-test';
const bearer = (key: string) => ({ authorization: `Bearer ${key}` });

let api: TestApi;
afterEach(() => api.close());

const isDraining = async () => (await api.store.shards.executors(NOON_MS)).map(({ draining }) => draining);
const send = async (action: string, headers: Record<string, string> = {}) =>
  (await api.post(`/v1/executors/e1/${action}`, undefined, headers)).status;

async function start(apiKey?: string): Promise<void> {
  api = await startTestApi(apiKey === undefined ? {} : { apiKey });
  await api.store.shards.register({ id: 'e1', labels: {}, hostname: 'h', pid: 1, cores: 2 }, NOON_MS);
}

it('are drained and resumed by anybody while no key is needed', async () => {
  await start();
  expect([await send('drain'), await isDraining()]).toEqual([200, [true]]);
  expect([await send('resume'), await isDraining()]).toEqual([200, [false]]);
});

it('are drained and resumed by admins of all projects alone, for they work for all', async () => {
  await start(ROOT);
  await api.post('/v1/projects', { id: 'red', name: 'red' }, bearer(ROOT));
  const keyOf = async (role: string, projectId?: string) => {
    const made = await api.post('/v1/api-keys', { name: role, role, projectId }, bearer(ROOT));
    return bearer(CreatedApiKey.parse(made.json).key ?? '');
  };
  const refused = [await keyOf('viewer'), await keyOf('runner'), await keyOf('admin', 'red')];
  for (const headers of refused) {
    expect([await send('drain', headers), await isDraining()]).toEqual([403, [false]]);
    expect((await api.get('/v1/executors', headers)).status).toBe(200);
  }
  for (const headers of [bearer(ROOT), await keyOf('admin')]) {
    expect([await send('drain', headers), await isDraining()]).toEqual([200, [true]]);
    for (const other of refused) expect([await send('resume', other), await isDraining()]).toEqual([403, [true]]);
    expect([await send('resume', headers), await isDraining()]).toEqual([200, [false]]);
  }
});
