import { describe, expect, it } from 'vitest';
import { Problem } from '#libs/contract/problem.js';
import { Run } from '#libs/contract/run.js';
import { startTestApi, type TestApi } from '../../../test/api-server.js';
import { carriesKey } from '../keys/key-text.js';

const KEY = 'a-key-of-some-length-0123456789';
const body = {
  kind: 'stress',
  target: { contactPoints: ['127.0.0.1'] },
  spec: { operation: 'write', stop: { type: 'operations', count: 1 }, rate: { model: 'closed', threads: 1 } },
};

async function withApi(config: Parameters<typeof startTestApi>[0], use: (api: TestApi) => Promise<void>) {
  const api = await startTestApi(config);
  try {
    await use(api);
  } finally {
    await api.close();
  }
}

describe('with TIDEMARK_API_KEY', () => {
  it('every call but health, docs and the document needs the key', () =>
    withApi({ apiKey: KEY }, async (api) => {
      for (const path of ['/v1/runs', '/v1/runs/x', '/v1/runs/x/events', '/v1/executors', '/metrics']) {
        const answer = await api.get(path);
        expect(answer.status, path).toBe(401);
        expect(Problem.parse(answer.json).code).toBe('UNAUTHENTICATED');
        expect(answer.headers.get('www-authenticate')).toContain('Bearer');
        expect((await api.get(path, { authorization: `Bearer ${KEY}x` })).status).toBe(401);
        expect((await api.get(path, { authorization: `Bearer ${KEY}` })).status, path).not.toBe(401);
      }
      expect((await api.post('/v1/runs', body)).status).toBe(401);
      for (const path of ['/health/live', '/health/ready', '/docs/', '/openapi.json'])
        expect((await api.get(path)).status, path).toBe(200);
    }));

  it('a text with U+0000, which PostgreSQL cannot keep, is refused with its place', () =>
    withApi({}, async (api) => {
      for (const [path, sent] of [
        ['/v1/runs', { ...body, name: 'a\0b', labels: { team: '\0' } }],
        ['/v1/benchmarks', { name: '\0', run: body }],
      ] as const) {
        const answer = await api.post(path, sent);
        expect([400, 422], path).toContain(answer.status);
        expect(JSON.stringify(Problem.parse(answer.json)), path).toContain('U+0000');
      }
    }));

  it('a key is compared whole', () => {
    expect(carriesKey(`Bearer ${KEY}`, KEY)).toBe(true);
    expect(carriesKey(`bearer  ${KEY} `, KEY)).toBe(true);
    for (const wrong of [undefined, '', KEY, `Basic ${KEY}`, `Bearer ${KEY.slice(1)}`, 'Bearer ', `Bearer ${KEY} x`])
      expect(carriesKey(wrong, KEY), String(wrong)).toBe(false);
  });
});

describe('every error', () => {
  const cases: [string, number, string, (api: TestApi) => ReturnType<TestApi['get']>][] = [
    ['an unknown route', 404, 'NOT_FOUND', (api) => api.get('/v1/nothing')],
    ['an unknown method', 404, 'NOT_FOUND', (api) => api.delete('/v1/runs')],
    ['a body that is no JSON', 400, 'VALIDATION_FAILED', (api) => api.post('/v1/runs', '{"kind":')],
    ['no body', 400, 'VALIDATION_FAILED', (api) => api.post('/v1/runs')],
    ['a body that is a list', 400, 'VALIDATION_FAILED', (api) => api.post('/v1/runs', [])],
    ['too large a body', 413, 'BODY_TOO_LARGE', (api) => api.post('/v1/runs', { a: 'x'.repeat(1_048_576) })],
    [
      'another content type',
      415,
      'UNSUPPORTED_MEDIA_TYPE',
      (api) => api.post('/v1/runs', 'kind: stress', { 'content-type': 'application/yaml' }),
    ],
    ['a path that cannot be decoded', 400, 'VALIDATION_FAILED', (api) => api.get('/v1/runs/%E0%A4%A')],
  ];

  it.each(cases)('%s is a problem document: %i %s', (_, status, code, call) =>
    withApi({}, async (api) => {
      const answer = await call(api);
      expect(answer.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
      expect(Problem.parse(answer.json)).toMatchObject({
        type: `urn:tidemark:problem:${code}`,
        status,
        code,
        correlationId: answer.headers.get('x-correlation-id'),
      });
      expect(answer.status).toBe(status);
    }),
  );

  it('keeps an inner failure to itself', () =>
    withApi({ logLevel: 'error' }, async (api) => {
      api.store.runs.list = () => Promise.reject(new Error('SELECT secret FROM table'));
      const answer = await api.get('/v1/runs');
      expect(answer.status).toBe(500);
      expect(Problem.parse(answer.json).code).toBe('INTERNAL');
      expect(answer.text).not.toContain('SELECT');
    }));

  it('of the database is said by /health/ready, while /health/live stays up', () =>
    withApi({}, async (api) => {
      api.store.ping = () => Promise.reject(new Error('gone'));
      const answer = await api.get('/health/ready');
      expect(answer.status).toBe(503);
      expect(Problem.parse(answer.json).code).toBe('STORE_UNAVAILABLE');
      expect(answer.headers.get('retry-after')).not.toBeNull();
      expect((await api.get('/health/live')).json).toEqual({ status: 'ok' });
    }));
});

describe('the service', () => {
  it('repeats a harmless correlation id and makes one otherwise', () =>
    withApi({}, async (api) => {
      expect((await api.get('/health/live', { 'x-correlation-id': 'ci-42' })).headers.get('x-correlation-id')).toBe(
        'ci-42',
      );
      const made = (await api.get('/health/live', { 'x-correlation-id': 'a b<script>' })).headers.get(
        'x-correlation-id',
      );
      expect(made).toMatch(/^[0-9a-f-]{36}$/);
    }));

  it('says when to come back to those who ask too often, but never to health checks', () =>
    withApi({ maxRequestsPerMinute: 3 }, async (api) => {
      for (let call = 0; call < 3; call += 1) expect((await api.get('/v1/runs')).status).toBe(200);
      const answer = await api.get('/v1/runs');
      expect(answer.status).toBe(429);
      expect(Problem.parse(answer.json).code).toBe('TOO_MANY_REQUESTS');
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
      expect((await api.get('/health/live')).status).toBe(200);
    }));

  it('limits open event streams', () =>
    withApi({ maxEventStreams: 1 }, async (api) => {
      const { json } = await api.post('/v1/runs', body);
      const id = Run.parse(json).id;
      const leave = new AbortController();
      const open = await fetch(`${api.url}/v1/runs/${id}/events`, { signal: leave.signal });
      expect(open.status).toBe(200);
      expect((await api.get(`/v1/runs/${id}/events`)).status).toBe(429);
      leave.abort();
    }));

  it('closes while an event stream is open', async () => {
    const api = await startTestApi();
    const { json } = await api.post('/v1/runs', body);
    const open = await fetch(`${api.url}/v1/runs/${Run.parse(json).id}/events`);
    const read = open.text();
    await api.close();
    expect(await read).toContain('event: status');
  });

  it('serves Swagger UI from files only, as its content security policy demands', () =>
    withApi({}, async (api) => {
      const page = await api.get('/docs/');
      const policy = page.headers.get('content-security-policy') ?? '';
      expect(policy).toContain("script-src 'self'");
      expect(policy).not.toContain('upgrade-insecure-requests');
      expect(page.text).not.toMatch(/<script>[^<]/);
      const scripts = [...page.text.matchAll(/<script src="\.\/([^"]+)"/g)].map(([, name]) => name ?? '');
      expect(scripts).toContain('swagger-ui-init.js');
      for (const script of scripts) expect((await api.get(`/docs/${script}`)).status, script).toBe(200);
      expect((await api.get('/docs/swagger-ui-init.js')).text).toContain('/v1/runs/{id}/cancel');
      expect((await api.get('/openapi.json')).json).toMatchObject({ openapi: '3.1.0' });
    }));

  it('counts runs and requests for Prometheus, without a label per run', () =>
    withApi({}, async (api) => {
      await api.post('/v1/runs', body);
      await api.get('/v1/runs/some-run');
      const { text } = await api.get('/metrics');
      expect(text).toContain('tidemark_runs{status="queued",kind="stress"} 1');
      expect(text).toMatch(
        /tidemark_http_request_duration_seconds_count\{method="GET",route="\/v1\/runs\/:id",status="404"\} 1/,
      );
      expect(text).not.toContain('some-run');
    }));
});
