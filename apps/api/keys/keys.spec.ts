import { readFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { ApiKey, CreatedApiKey } from '#libs/contract/api-key.js';
import { AuditEntry } from '#libs/contract/audit.js';
import { Problem } from '#libs/contract/problem.js';
import { Run } from '#libs/contract/run.js';
import { type Answer, startTestApi, type TestApi } from '../../../test/api-server.js';
import { idOf, makeKey, matches } from './key-text.js';

const stress = {
  kind: 'stress',
  target: { contactPoints: ['127.0.0.1'] },
  spec: { operation: 'write', stop: { type: 'operations', count: 1 }, rate: { model: 'closed', threads: 1 } },
};
const bearer = (key: string) => ({ authorization: `Bearer ${key}` });
const code = (answer: Answer) => Problem.parse(answer.json).code;

let api: TestApi;
beforeEach(async () => {
  api = await startTestApi();
});
afterEach(() => api.close());

/** A key made with another's, or by anybody while there is none. */
async function make(body: object, by?: string): Promise<CreatedApiKey & { key: string }> {
  const answer = await api.post('/v1/api-keys', body, by === undefined ? {} : bearer(by));
  expect(answer.text).toContain('"key"');
  const made = CreatedApiKey.parse(answer.json);
  if (made.key === null) throw new Error('expected the text of the key');
  return { ...made, key: made.key };
}

const admin = async () => (await make({ name: 'root', role: 'admin' })).key;

/** Every route of the API that needs a key, with something in the place of its parameters. */
async function routes(): Promise<{ method: string; path: string }[]> {
  const { paths } = z
    .object({ paths: z.record(z.string(), z.record(z.string(), z.unknown())) })
    .parse(JSON.parse(await readFile('openapi/openapi.json', 'utf8')));
  return Object.entries(paths)
    .filter(([path]) => !path.startsWith('/health/'))
    .flatMap(([path, item]) =>
      Object.keys(item).map((method) => ({ method: method.toUpperCase(), path: path.replaceAll(/\{\w+\}/g, 'x') })),
    );
}

const send = async (method: string, path: string, headers: Record<string, string>) => {
  const body = ['POST', 'PUT', 'PATCH'].includes(method) ? '{}' : null;
  const answer = await fetch(api.url + path, {
    method,
    headers: { ...(body !== null && { 'content-type': 'application/json' }), ...headers },
    body,
  });
  await answer.body?.cancel();
  return answer.status;
};

describe('a key', () => {
  it('has 256 random bits, is stored as its hash only, and shown once', async () => {
    const { id, key } = makeKey();
    expect(idOf(key)).toBe(id);
    expect(Buffer.from(key.split('_').slice(2).join('_'), 'base64url')).toHaveLength(32);
    const made = await make({ name: 'root', role: 'admin' });
    const stored = await api.store.platform.keys.find(made.id);
    expect(JSON.stringify(stored)).not.toContain(made.key);
    expect(matches(made.key, stored?.hash ?? '')).toBe(true);
    const list = await api.get('/v1/api-keys', bearer(made.key));
    expect(list.text).not.toContain(made.key);
    expect(list.text).not.toContain(stored?.hash);
    expect(list.json).toMatchObject({ items: [{ id: made.id, name: 'root', createdBy: 'api', revokedAtMs: null }] });
  });

  it('is compared whole: one that differs in its last letter is refused', async () => {
    const key = await admin();
    const other = key.slice(0, -1) + (key.endsWith('A') ? 'B' : 'A');
    expect(code(await api.get('/v1/runs', bearer(other)))).toBe('UNAUTHENTICATED');
    expect((await api.get('/v1/runs', bearer(key))).status).toBe(200);
  });

  it('counts until it is revoked or expires, and tells when it was last used', async () => {
    const root = await admin();
    const ci = await make({ name: 'ci', role: 'runner', expiresAtMs: api.now.ms + 120_000 }, root);
    expect((await api.get('/v1/runs', bearer(ci.key))).status).toBe(200);
    const { items } = z.object({ items: z.array(ApiKey) }).parse((await api.get('/v1/api-keys', bearer(root))).json);
    expect(items.find(({ id }) => id === ci.id)?.lastUsedAtMs).toBe(api.now.ms);
    api.now.ms += 120_000;
    const late = await api.get('/v1/runs', bearer(ci.key));
    expect([late.status, Problem.parse(late.json).detail]).toEqual([401, expect.stringContaining('has expired')]);
    const other = await make({ name: 'other', role: 'viewer' }, root);
    expect((await api.delete(`/v1/api-keys/${other.id}`, bearer(root))).status).toBe(204);
    expect(Problem.parse((await api.get('/v1/runs', bearer(other.key))).json).detail).toContain('was revoked');
    expect((await api.delete('/v1/api-keys/nobody', bearer(root))).status).toBe(404);
  });

  it('is made once per Idempotency-Key, and its text is not kept for a second answer', async () => {
    const root = await admin();
    const again = { ...bearer(root), 'idempotency-key': 'k1' };
    const first = await api.post('/v1/api-keys', { name: 'ci', role: 'runner' }, again);
    const second = await api.post('/v1/api-keys', { name: 'ci', role: 'runner' }, again);
    expect(second.json).toEqual({ ...CreatedApiKey.parse(first.json), key: null });
    expect(second.headers.get('idempotency-replayed')).toBe('true');
    expect(code(await api.post('/v1/api-keys', { name: 'ci', role: 'admin' }, again))).toBe('IDEMPOTENCY_KEY_REUSED');
    api.now.ms += 86_400_001;
    expect((await api.post('/v1/api-keys', { name: 'ci', role: 'admin' }, again)).status).toBe(201);
  });

  it('that is the first has to be an admin of everything; every problem of a wish is said', async () => {
    expect(code(await api.post('/v1/api-keys', { name: 'a', role: 'viewer' }))).toBe('CONFLICT');
    const bad = await api.post('/v1/api-keys', { name: '', role: 'king', projectId: 'A B' });
    expect(Problem.parse(bad.json).errors?.map(({ path }) => path)).toEqual(['name', 'role', 'projectId']);
    expect((await api.get('/v1/runs')).status).toBe(200);
  });
});

describe('once there is a key', () => {
  it('every route refuses a call without one, even when all keys are revoked', async () => {
    const made = await make({ name: 'root', role: 'admin' });
    const all = await routes();
    expect(all.length).toBeGreaterThan(20);
    for (const { method, path } of all) expect(await send(method, path, {}), `${method} ${path}`).toBe(401);
    await api.delete(`/v1/api-keys/${made.id}`, bearer(made.key));
    expect((await api.get('/v1/runs')).status).toBe(401);
    expect((await api.get('/health/live')).status).toBe(200);
  });

  it('a viewer reads and can start nothing: every route that is no GET refuses it', async () => {
    const root = await admin();
    const { key } = await make({ name: 'eye', role: 'viewer' }, root);
    // Comparing makes nothing: its body says which runs to read.
    const readsByPost = '/v1/comparisons';
    for (const { method, path } of await routes())
      if (method !== 'GET' && path !== readsByPost)
        expect(await send(method, path, bearer(key)), `${method} ${path}`).toBe(403);
    expect(await send('POST', readsByPost, bearer(key))).not.toBe(403);
    expect((await api.post('/v1/runs', stress, bearer(key))).status).toBe(403);
    expect((await api.get('/v1/runs', bearer(key))).json).toEqual({ items: [], nextCursor: null });
    for (const path of ['/v1/api-keys', '/v1/audit']) expect((await api.get(path, bearer(key))).status).toBe(403);
  });

  it('a runner starts runs in its name, and manages no keys', async () => {
    const { key } = await make({ name: 'ci', role: 'runner' }, await admin());
    const run = Run.parse((await api.post('/v1/runs', stress, bearer(key))).json);
    expect(run.statusHistory[0]?.actor).toBe('key:ci');
    expect(code(await api.post('/v1/api-keys', { name: 'x', role: 'admin' }, bearer(key)))).toBe('FORBIDDEN');
    expect(code(await api.post('/v1/projects', { id: 'x', name: 'x' }, bearer(key)))).toBe('FORBIDDEN');
  });
});

it('the audit log says who tried what, from which key, and what came of it', async () => {
  const root = await admin();
  const { key, id } = await make({ name: 'eye', role: 'viewer' }, root);
  await api.post('/v1/runs', stress, bearer(key));
  await api.post('/v1/runs', stress, { ...bearer(root), 'x-correlation-id': 'ci-7' });
  await api.post('/v1/runs', stress);
  await api.get('/v1/runs', bearer(key));
  const Page = z.object({ items: z.array(AuditEntry), nextCursor: z.string().nullable() });
  const page = async (query: string) => Page.parse((await api.get(`/v1/audit${query}`, bearer(root))).json);
  await vi.waitFor(async () => expect((await page('')).items).toHaveLength(5), { timeout: 10_000 });
  const { items } = await page('');
  expect(items.slice(0, 3)).toMatchObject([
    { actor: 'none', keyId: null, method: 'POST', route: '/v1/runs', status: 401, location: null },
    { actor: 'key:root', status: 201, correlationId: 'ci-7', location: expect.stringContaining('/v1/runs/') },
    { actor: 'key:eye', keyId: id, path: '/v1/runs', status: 403 },
  ]);
  expect((await page(`?keyId=${id}`)).items).toHaveLength(1);
  const first = await page('?limit=3');
  const second = await page(`?limit=3&cursor=${first.nextCursor}`);
  expect([...first.items, ...second.items]).toEqual(items);
  expect(second.nextCursor).toBeNull();
  expect((await api.get('/v1/audit?cursor=x', bearer(root))).status).toBe(400);
});
