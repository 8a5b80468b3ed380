import { afterEach, expect, it } from 'vitest';
import { CreatedApiKey } from '#libs/contract/api-key.js';
import { Run } from '#libs/contract/run.js';
import { startTestApi, type TestApi } from '../../../test/api-server.js';

const ROOT = 'the-bootstrap-key-of-this-test';
const bearer = (key: string) => ({ authorization: `Bearer ${key}` });
const stress = {
  kind: 'stress',
  target: { contactPoints: ['127.0.0.1'] },
  spec: { operation: 'write', stop: { type: 'operations', count: 1 }, rate: { model: 'closed', threads: 1 } },
};
/** Keys are looked at every two seconds. */
const WAIT = { timeout: 60_000 };

let api: TestApi;
afterEach(() => api.close());

/** An open stream; `text` is there once the service has ended it. */
async function open(runId: string, headers: Record<string, string>) {
  const answer = await fetch(`${api.url}/v1/runs/${runId}/events`, { headers });
  expect(answer.status).toBe(200);
  const stream = { hasEnded: false, text: answer.text() };
  void stream.text.then(() => (stream.hasEnded = true)).catch(() => undefined);
  return stream;
}
const begin = async (headers: Record<string, string>) =>
  Run.parse((await api.post('/v1/runs', stress, headers)).json).id;
const make = async (more: object, by: Record<string, string> = bearer(ROOT)) =>
  CreatedApiKey.parse((await api.post('/v1/api-keys', { name: 'eye', role: 'viewer', ...more }, by)).json);

it('end when their key is revoked or expires, and those of other keys do not', WAIT, async () => {
  api = await startTestApi({ apiKey: ROOT });
  const run = await begin(bearer(ROOT));
  const [revoked, brief, valid] = [await make({}), await make({ expiresAtMs: api.now.ms + 60_000 }), await make({})];
  const streams = {
    revoked: await open(run, bearer(revoked.key ?? '')),
    brief: await open(run, bearer(brief.key ?? '')),
    valid: await open(run, bearer(valid.key ?? '')),
    root: await open(run, bearer(ROOT)),
  };
  const ended = () => Object.entries(streams).flatMap(([name, { hasEnded }]) => (hasEnded ? [name] : []));
  await api.delete(`/v1/api-keys/${revoked.id}`, bearer(ROOT));
  expect(await streams.revoked.text).toContain('event: status');
  expect(ended()).toEqual(['revoked']);
  api.now.ms += 60_000;
  await streams.brief.text;
  expect(ended()).toEqual(['revoked', 'brief']);
  expect((await api.get(`/v1/runs/${run}/events`, bearer(revoked.key ?? ''))).status).toBe(401);
});

it('that needed no key end when the service gets its first one', WAIT, async () => {
  api = await startTestApi();
  const stream = await open(await begin({}), {});
  await make({ role: 'admin' }, {});
  expect(await stream.text).toContain('event: status');
});
