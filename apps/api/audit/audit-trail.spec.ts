import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { CreatedApiKey } from '#libs/contract/api-key.js';
import { AuditEntry } from '#libs/contract/audit.js';
import { startTestApi, type TestApi } from '../../../test/api-server.js';

const ROOT = 'the-bootstrap-key-of-this-test';
const bearer = (key: string) => ({ authorization: `Bearer ${key}` });
const stress = {
  kind: 'stress',
  target: { contactPoints: ['127.0.0.1'] },
  spec: { operation: 'write', stop: { type: 'operations', count: 1 }, rate: { model: 'closed', threads: 1 } },
};

let api: TestApi;
beforeEach(async () => {
  api = await startTestApi({ apiKey: ROOT });
});
afterEach(() => api.close());

const entries = async (query: string) =>
  z.object({ items: z.array(AuditEntry) }).parse((await api.get(`/v1/audit${query}`, bearer(ROOT))).json).items;
const key = async (more: object) =>
  CreatedApiKey.parse((await api.post('/v1/api-keys', { name: 'ci', role: 'runner', ...more }, bearer(ROOT))).json);

/** Holds up what asks the store, until `go`. */
function gate() {
  let reached = (): void => undefined;
  let go = (): void => undefined;
  const isReached = new Promise<void>((resolve) => (reached = resolve));
  const isOpen = new Promise<void>((resolve) => (go = resolve));
  const pass = async () => {
    reached();
    await isOpen;
  };
  return { isReached, pass, go: () => go() };
}

it.each(['in the middle of its work', 'before it is known who calls'])(
  'has a call whose caller hangs up %s, with what became of it',
  async (when) => {
    const { id, key: own } = await key({});
    const { isReached, pass, go } = gate();
    const { runs, platform } = api.store;
    const [create, find] = [runs.create.bind(runs), platform.keys.find.bind(platform.keys)];
    if (when.startsWith('in'))
      vi.spyOn(runs, 'create').mockImplementation((...given) => pass().then(() => create(...given)));
    else vi.spyOn(platform.keys, 'find').mockImplementation((...given) => pass().then(() => find(...given)));
    const leave = new AbortController();
    const call = fetch(`${api.url}/v1/runs`, {
      method: 'POST',
      headers: { ...bearer(own ?? ''), 'content-type': 'application/json' },
      body: JSON.stringify(stress),
      signal: leave.signal,
    }).catch(() => 'left');
    await isReached;
    leave.abort();
    expect(await call).toBe('left');
    // The service has seen it leave when it has measured the call.
    await vi.waitFor(
      async () =>
        expect((await api.get('/metrics', bearer(ROOT))).text).toMatch(
          /tidemark_http_request_duration_seconds_count\{method="POST",route="\/v1\/runs"/,
        ),
      { timeout: 10_000 },
    );
    expect(await entries(`?keyId=${id}`)).toEqual([]);
    go();
    await vi.waitFor(async () => expect(await entries(`?keyId=${id}`)).toHaveLength(1), { timeout: 10_000 });
    const [made] = (await runs.list({ limit: 9 })).items;
    expect((await entries(`?keyId=${id}`))[0]).toMatchObject({
      actor: 'key:ci',
      route: '/v1/runs',
      status: 201,
      answered: false,
      location: `/v1/runs/${made?.id}`,
    });
  },
);

it('names the key that was refused a project, and says that the caller was told', async () => {
  await api.post('/v1/projects', { id: 'red', name: 'red' }, bearer(ROOT));
  const { id, key: own } = await key({ projectId: 'red' });
  const headers = { ...bearer(own ?? ''), 'tidemark-project': 'default' };
  expect((await api.post('/v1/runs', stress, headers)).status).toBe(403);
  await vi.waitFor(async () => expect(await entries(`?keyId=${id}`)).toHaveLength(1), { timeout: 10_000 });
  expect((await entries(`?keyId=${id}`))[0]).toMatchObject({
    actor: 'key:ci',
    projectId: 'red',
    status: 403,
    answered: true,
  });
});
