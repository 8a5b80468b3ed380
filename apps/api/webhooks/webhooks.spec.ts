import { createHmac } from 'node:crypto';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { Problem } from '#libs/contract/problem.js';
import { Run } from '#libs/contract/run.js';
import { CreatedWebhook, Delivery } from '#libs/contract/webhook.js';
import { beginRun, endRun, startTestApi, type TestApi } from '../../../test/api-server.js';
import { MAX_ATTEMPTS, pauseMs } from './backoff.js';

interface Got {
  headers: IncomingHttpHeaders;
  body: string;
}

let api: TestApi;
let got: Got[] = [];
/** Statuses of the next answers; 200 when there are none. */
let answers: number[] = [];
let url = '';
const receiver = createServer((request, response) => {
  let body = '';
  request.on('data', (piece: Buffer) => (body += piece.toString()));
  request.on('end', () => {
    got.push({ headers: request.headers, body });
    response.writeHead(answers.shift() ?? 200, { location: 'http://127.0.0.1:1/' }).end('thanks for nothing');
  });
});

beforeEach(async () => {
  api = await startTestApi({ webhookRetryMs: 1000 });
  [got, answers] = [[], []];
  receiver.listen(0, '127.0.0.1');
  await once(receiver, 'listening');
  const address = receiver.address();
  url = `http://localhost:${typeof address === 'object' && address !== null ? address.port : 0}/hook`;
});
afterEach(async () => {
  receiver.closeAllConnections();
  receiver.close();
  await api.close();
});

const stress = {
  kind: 'stress',
  target: { contactPoints: ['127.0.0.1'] },
  spec: { operation: 'write', stop: { type: 'operations', count: 1 }, rate: { model: 'closed', threads: 1 } },
};
const make = async (body: object = {}) =>
  CreatedWebhook.parse((await api.post('/v1/webhooks', { name: 'ci', url, ...body })).json);
const start = async () => Run.parse((await api.post('/v1/runs', stress)).json).id;
const cancel = (id: string) => api.post(`/v1/runs/${id}/cancel`, {});
const Deliveries = z.object({ items: z.array(Delivery), nextCursor: z.string().nullable() });
const deliveries = async (id: string) => Deliveries.parse((await api.get(`/v1/webhooks/${id}/deliveries`)).json).items;
const until = (check: () => Promise<void> | void) => vi.waitFor(check, { timeout: 15_000, interval: 50 });

describe('a webhook', () => {
  it('is told of the end of a run, signed; a refused try is followed by another with the same body', async () => {
    const { id, secret } = await make();
    answers = [503, 302];
    const run = await start();
    await cancel(run);
    for (const tries of [1, 2, 3]) {
      await until(() => expect(got).toHaveLength(tries));
      await until(async () => expect((await deliveries(id))[0]?.attempts).toHaveLength(tries));
      api.now.ms += 60_000;
    }
    const [delivery] = await deliveries(id);
    expect(delivery).toMatchObject({ runId: run, event: 'run.ended', state: 'delivered', nextAttemptAtMs: null });
    expect(delivery?.attempts.map(({ status, excerpt }) => [status, excerpt])).toEqual(
      [503, 302, 200].map((status) => [status, 'thanks for nothing']),
    );
    expect(new Set(got.map(({ body }) => body)).size).toBe(1);
    for (const { headers, body } of got) {
      const [, seconds = '', given = ''] =
        /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(headers['tidemark-signature'])) ?? [];
      expect(
        createHmac('sha256', secret ?? '')
          .update(`${seconds}.${body}`)
          .digest('hex'),
      ).toBe(given);
      expect(headers['tidemark-delivery']).toBe(delivery?.id);
    }
    expect(JSON.parse(got[0]?.body ?? '')).toMatchObject({
      event: 'run.ended',
      run: { id: run, status: 'cancelled', verdict: 'none', projectId: 'default' },
    });

    const again = await api.post(`/v1/webhooks/${id}/deliveries/${delivery?.id}/redeliver`);
    expect(again.status).toBe(201);
    await until(() => expect(got).toHaveLength(4));
    expect(got[3]?.body).toBe(got[0]?.body);
    expect((await api.post(`/v1/webhooks/${id}/deliveries/nothing/redeliver`)).status).toBe(404);
  });

  it('hears of every change when it asks to, of one run or schedule only when it says so', async () => {
    const first = await start();
    const all = await make({ name: 'all', events: ['run.status'] });
    const one = await make({ name: 'one', runId: first });
    const off = await make({ name: 'off', active: false });
    await cancel(first);
    await cancel(await start());
    await until(async () => expect(await deliveries(all.id)).toHaveLength(3));
    await until(async () => expect((await deliveries(one.id)).map(({ runId }) => runId)).toEqual([first]));
    expect(await deliveries(off.id)).toEqual([]);
    const changes = (await deliveries(all.id)).map(({ payload }) => JSON.parse(payload ?? '{}').change?.to);
    expect(changes.toSorted((a, b) => String(a).localeCompare(String(b)))).toEqual([
      'cancelled',
      'cancelled',
      'queued',
    ]);
  });

  it('waits for the summary, and carries verdict and thresholds', async () => {
    const { id } = await make();
    const run = await start();
    const claims = await beginRun(api.store, run, api.now.ms);
    await endRun(api.store, claims, api.now.ms + 5);
    await until(async () => expect(await deliveries(id)).toHaveLength(1));
    expect(got).toEqual([]);
    api.now.ms += 20_000;
    await until(() => expect(got).toHaveLength(1));
    expect(JSON.parse(got[0]?.body ?? '')).toMatchObject({ run: { status: 'completed' } });
  });

  it('never answers its secret again, and goes to allowed networks only', async () => {
    const { id, secret, version } = await make();
    expect(secret).toHaveLength(43);
    const given = await make({ name: 'given', secret: 'a-secret-of-the-caller' });
    expect(given.secret).toBeNull();
    for (const path of ['/v1/webhooks', `/v1/webhooks/${id}`, `/v1/webhooks/${given.id}`]) {
      const { text } = await api.get(path);
      expect(text).not.toContain('secret');
      expect(text).not.toContain(secret);
    }
    const refusals = ['http://outside.test/', 'http://mixed.test/', 'http://169.254.169.254/', 'http://u:p@127.0.0.1/'];
    for (const bad of refusals) {
      const answer = await api.post('/v1/webhooks', { name: 'x', url: bad });
      expect(
        Problem.parse(answer.json).errors?.map(({ path }) => path),
        bad,
      ).toEqual(['url']);
    }
    expect((await api.post('/v1/webhooks', { name: 'x', url: 'file:///etc/passwd' })).status).toBe(400);
    expect((await api.post('/v1/webhooks', { name: 'x', url, runId: 'no', scheduleId: 'no' })).status).toBe(400);
    const off = { name: 'off', url, active: false };
    expect((await api.put(`/v1/webhooks/${id}`, off)).status).toBe(428);
    expect((await api.put(`/v1/webhooks/${id}`, off, { 'if-match': `"${version}"` })).json).toMatchObject({
      active: false,
    });
    expect((await api.delete(`/v1/webhooks/${id}`)).status).toBe(204);
    expect((await api.get(`/v1/webhooks/${id}`)).status).toBe(404);
  });
});

it('pauses double from try to try up to an hour, half of each by chance, and end', () => {
  expect([1, 2, 3].map((attempts) => pauseMs(attempts, 1000, 0))).toEqual([500, 1000, 2000]);
  expect([1, 2, 3].map((attempts) => pauseMs(attempts, 1000, 1))).toEqual([1000, 2000, 4000]);
  expect(pauseMs(MAX_ATTEMPTS - 1, 60_000, 1)).toBe(3_600_000);
  expect(pauseMs(MAX_ATTEMPTS, 1000, 1)).toBeNull();
});
