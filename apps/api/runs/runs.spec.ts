import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { Problem } from '#libs/contract/problem.js';
import { Run } from '#libs/contract/run.js';
import { beginRun, endRun, NOON_MS, startTestApi, type TestApi } from '../../../test/api-server.js';
import { RunPage, Validation } from './runs.schema.js';

const structured = {
  operation: 'write',
  stop: { type: 'operations', count: 1000 },
  rate: { model: 'closed', threads: 8 },
};
const target = { contactPoints: ['127.0.0.1:9042'] };
const body = { kind: 'stress', target, spec: structured };

/** Every test takes a target of its own where runs must not wait for each other. */
let lastPort = 20_000;
const ownTarget = () => ({ contactPoints: [`127.0.0.1:${++lastPort}`] });

describe('runs', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await startTestApi();
  });
  afterAll(() => api.close());

  const create = async (fields: object = {}, headers?: Record<string, string>): Promise<Run> => {
    const answer = await api.post('/v1/runs', { ...body, target: ownTarget(), ...fields }, headers);
    expect(answer.status, answer.text).toBe(201);
    return Run.parse(answer.json);
  };

  describe('POST /v1/runs', () => {
    it('answers 201, Location and the queued run with its plan and both forms of its spec', async () => {
      const answer = await api.post('/v1/runs', { ...body, name: 'first', labels: { team: 'storage' } });
      expect(answer.status).toBe(201);
      const run = Run.parse(answer.json);
      expect(answer.headers.get('location')).toBe(`/v1/runs/${run.id}`);
      expect(run).toMatchObject({
        kind: 'stress',
        name: 'first',
        labels: { team: 'storage' },
        status: 'queued',
        target: { contactPoints: ['127.0.0.1:9042'], hasPassword: false },
        spec: { operation: 'write', consistencyLevel: 'LOCAL_ONE', stop: { type: 'operations', count: 1000 } },
        shards: [{ index: 0, executorId: null, state: 'waiting', lanes: [{ first: 0, stride: 1, threads: 8 }] }],
        verdict: 'none',
        validity: null,
        createdAtMs: NOON_MS,
        rerunOf: null,
      });
      expect(run.spec).toMatchObject({ command: expect.stringMatching(/^write n=1000 /) });
      expect(run.waiting?.position).toBe(1);
      expect(run.statusHistory).toEqual([
        { atMs: NOON_MS, from: null, to: 'queued', actor: 'api', reason: expect.any(String) },
      ]);
      expect(Run.parse((await api.get(`/v1/runs/${run.id}`)).json)).toEqual(run);
    });

    it('refuses what one executor decides, and rows of runs', async () => {
      const refusal = async (command: string, executors: number) => {
        const answer = await api.post('/v1/runs', { ...body, spec: { command }, placement: { executors } });
        expect(answer.status).toBe(400);
        return JSON.stringify(answer.json);
      };
      expect(await refusal('write err<0.1 -rate threads=4', 2)).toContain('expected one executor');
      expect(await refusal('read n=100', 1)).toContain('-rate auto: expected -rate threads=N');
    });

    it('asks metrics pages only where load may go', async () => {
      const command = (url: string) => ({ command: `write n=10 -rate threads=4 -node metrics=${url}` });
      const run = await create({ spec: command('http://127.0.0.1:7070/metrics') });
      expect(run.spec).toMatchObject({ metricsUrls: ['http://127.0.0.1:7070/metrics'] });
      const refused = await api.post('/v1/runs', { ...body, spec: command('http://169.254.169.254/latest') });
      expect(refused.status).toBe(400);
      expect(JSON.stringify(refused.json)).toMatch(/spec\.metricsUrls.*found 169\.254\.169\.254/);
    });

    it('takes a cassandra-stress command and stores the same run in both forms', async () => {
      const command = 'mixed ratio(write=1,read=3) n=2000 cl=ONE -rate threads=16 fixed=500/s';
      const run = await create({ spec: { command } });
      expect(run.spec).toMatchObject({
        operation: 'mixed',
        ratio: { write: 1, read: 3 },
        stop: { type: 'operations', count: 2000 },
        consistencyLevel: 'ONE',
        rate: { model: 'open', threads: 16, ratePerSecond: 500 },
      });
      expect(run.spec).toMatchObject({ command: expect.stringContaining('ratio(write=1,read=3)') });
    });

    it("takes other tools' runs as lines and in the structured form, and stores both", async () => {
      const line = '-mode write -workload sequential -partition-count 10 -clustering-row-count 5 -concurrency 4';
      const bench = await create({ spec: { from: 'scylla-bench', command: line } });
      expect(bench.spec).toMatchObject({
        command: line,
        operation: 'scyllaBench',
        scyllaBench: { mode: 'write', passes: 1, workload: { partitionCount: 10 } },
        stop: { type: 'operations', count: 50 },
      });
      const ycsb = { phase: 'run', workload: 'E', recordCount: 500 };
      const structuredYcsb = { ...structured, operation: 'ycsb', ycsb, warmup: false };
      const { spec } = await create({ spec: structuredYcsb });
      expect(spec).toMatchObject({ ...structuredYcsb, ycsb: { ...ycsb, fieldCount: 10 } });
      expect(spec).toMatchObject({
        command: expect.stringContaining(
          'run cassandra-cql -P workloads/workloade -threads 8 -p recordcount=500 -p operationcount=1000',
        ),
      });
    });

    it("refuses what has no meaning in other tools' runs, with every problem at once", async () => {
      const errorsOf = async (spec: object) => {
        const answer = await api.post('/v1/runs', { ...body, target: ownTarget(), spec });
        expect(answer.status).toBe(400);
        return Problem.parse(answer.json).errors;
      };
      const scyllaBench = { mode: 'write', workload: { type: 'uniform' } };
      const spec = { ...structured, operation: 'scyllaBench', scyllaBench, engine: 'driver', keySizeBytes: 20 };
      expect(await errorsOf(spec)).toEqual([
        { path: 'spec.keySizeBytes', message: 'expected 10: it has no effect on operation "scyllaBench"' },
        { path: 'spec.engine', message: 'expected "wire": it has no effect on operation "scyllaBench"' },
        { path: 'spec.warmup', message: 'expected false: operation "scyllaBench" has no warm-up' },
        { path: 'spec.stop', message: 'expected a duration (the uniform workload has no passes)' },
      ]);
      expect(await errorsOf({ ...structured, operation: 'ycsb' })).toContainEqual({
        path: 'spec.ycsb',
        message: 'expected an object, found nothing',
      });
      expect(await errorsOf({ ...structured, scyllaBench })).toEqual([
        { path: 'spec.scyllaBench', message: 'expected operation "scyllaBench" beside it, found "write"' },
      ]);
      expect(await errorsOf({ from: 'ycsb', command: 'run -P mine -p recordcount=1 -p operationcount=1' })).toEqual([
        {
          path: 'spec.command',
          message: '-P: expected a file, or workloads/workloada to workloadf; found mine',
        },
      ]);
    });

    it('takes the target of a command from its -node and -port', async () => {
      const command = 'write n=10 -rate threads=1 -node 127.0.0.1,127.0.0.2 -port native=9999';
      const answer = await api.post('/v1/runs', { kind: 'stress', spec: { command } });
      expect(Run.parse(answer.json).target).toMatchObject({ contactPoints: ['127.0.0.1', '127.0.0.2'], port: 9999 });
    });

    it('splits the plan over executors exactly', async () => {
      const run = await create({ placement: { executors: 2 }, spec: { ...structured, lanes: 2 } });
      const lanes = run.shards.flatMap((shard) => shard.lanes);
      expect(run.shards).toHaveLength(2);
      expect(lanes.map(({ first }) => first).toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3]);
      expect(lanes.reduce((sum, { threads }) => sum + threads, 0)).toBe(8);
    });

    it('never answers a password, posted or in the command, and keeps it for the executors', async () => {
      const spec = { command: 'write n=10 -rate threads=1 -mode native cql3 user=cassandra password=s3cr3t-word' };
      const ways = [{ spec }, { target: { ...ownTarget(), username: 'cassandra', password: 's3cr3t-word' } }];
      for (const fields of ways) {
        const answer = await api.post('/v1/runs', { ...body, target: ownTarget(), ...fields });
        expect(answer.status).toBe(201);
        const run = Run.parse(answer.json);
        const texts = [answer.text, (await api.get('/v1/runs')).text, (await api.get(`/v1/runs/${run.id}`)).text];
        for (const text of texts) expect(text).not.toContain('s3cr3t-word');
        expect(run.target).toMatchObject({ username: 'cassandra', hasPassword: true });
        const stored = await api.store.runs.find(run.id, { withSecrets: true });
        expect(stored?.target?.password).toBe('s3cr3t-word');
      }
    });

    it('reports every problem of a body at once', async () => {
      const answer = await api.post('/v1/runs', { ...body, spec: { operation: 'scan' }, bogus: 1 });
      expect(answer.status).toBe(400);
      const problem = Problem.parse(answer.json);
      expect(problem.code).toBe('VALIDATION_FAILED');
      expect(problem.errors?.map(({ path }) => path)).toEqual(['spec.operation', 'spec.stop', 'spec.rate', 'bogus']);
    });

    it('reports every problem of a command', async () => {
      const answer = await api.post('/v1/runs', {
        ...body,
        spec: { command: 'write n=abc -rate treads=5 -bogus x=1' },
      });
      const problem = Problem.parse(answer.json);
      expect(problem.code).toBe('VALIDATION_FAILED');
      expect(problem.errors?.length).toBeGreaterThanOrEqual(3);
      expect(problem.errors?.every(({ path }) => path === 'spec.command')).toBe(true);
    });

    it('wants a target for a structured spec', async () => {
      const problem = Problem.parse((await api.post('/v1/runs', { kind: 'stress', spec: structured })).json);
      expect(problem.errors?.map(({ path }) => path)).toEqual(['target']);
    });

    it.each([
      ['10.0.0.1', 'found 10.0.0.1'],
      ['outside.test', 'found 10.1.2.3'],
      ['mixed.test', 'found 169.254.169.254'],
      ['169.254.169.254', 'found 169.254.169.254'],
      ['[::ffff:10.0.0.1]:9042', 'found ::ffff:10.0.0.1'],
      ['nowhere.test', 'expected a host that can be resolved'],
      ['http://127.0.0.1', 'expected host, host:port'],
    ])('refuses the target %s', async (contactPoint, said) => {
      const answer = await api.post('/v1/runs', { ...body, target: { contactPoints: ['127.0.0.1', contactPoint] } });
      const problem = Problem.parse(answer.json);
      expect(problem.status).toBe(400);
      expect(problem.errors).toEqual([{ path: 'target.contactPoints[1]', message: expect.stringContaining(said) }]);
    });

    it('takes a name that resolves to an allowed address', async () => {
      expect((await create({ target: { contactPoints: ['node.test:9100'] } })).target?.contactPoints).toEqual([
        'node.test:9100',
      ]);
    });

    it.each([
      [{ username: 'u' }, 'target.password'],
      [{ password: 'p' }, 'target.username'],
    ])('refuses half a login: %j', async (login, path) => {
      const answer = await api.post('/v1/runs', { ...body, target: { ...target, ...login } });
      expect(Problem.parse(answer.json).errors).toEqual([{ path, message: expect.stringContaining('found nothing') }]);
    });

    it.each([
      'write n=10 -rate threads=1 -node 127.0.0.1',
      'write n=10 -rate threads=1 -log hdrfile=/tmp/x.hdr',
      'write n=10 -rate threads=1 -log file=/tmp/x.log',
      'write n=10 -rate threads=1 -log level=verbose',
      'write n=10 -rate threads=1 -log style=pystress',
      'write n=10 -rate threads=1 -graph file=/tmp/x.html',
      'write n=10 -rate threads=1 -mode native cql3 user=a password=b',
    ])('refuses what a command says beside a target that says it too, and files: %s', async (command) => {
      const both = { ...target, username: 'u', password: 'p' };
      const answer = await api.post('/v1/runs', { kind: 'stress', target: both, spec: { command } });
      const problem = Problem.parse(answer.json);
      expect(problem.status).toBe(400);
      expect(problem.errors?.every(({ path }) => path === 'spec.command')).toBe(true);
    });

    it.each([
      'password=s3cr3t',
      'password(s3cr3t)',
      String.raw`password\=s3\cr3t`,
      'pass"word=s3c"r3t',
      "password = 's3cr3t'",
    ])('keeps a password out of the stored command however it is written: %s', async (words) => {
      const command = `write n=10 -rate threads=1 -mode native cql3 user=u ${words}`;
      const run = await create({ spec: { command } });
      expect((await api.store.runs.find(run.id, { withSecrets: true }))?.target?.password).toBe('s3cr3t');
      expect(JSON.stringify(run.spec).replaceAll(/[^a-z0-9]/g, '')).not.toContain('s3cr3t');
      expect(run.spec).toMatchObject({ command: expect.stringContaining('user=u') });
    });

    it('refuses the 33rd label', async () => {
      const labels = Object.fromEntries(Array.from({ length: 33 }, (_, index) => [`l${index}`, 'x']));
      const problem = Problem.parse((await api.post('/v1/runs', { ...body, labels })).json);
      expect(problem.errors).toEqual([{ path: 'labels', message: expect.stringContaining('at most 32 labels') }]);
    });
  });

  describe('Idempotency-Key', () => {
    it('answers the same run for the same key and body, whatever the order of its fields', async () => {
      const first = await api.post('/v1/runs', body, { 'idempotency-key': 'k-1' });
      const again = await api.post(
        '/v1/runs',
        { spec: structured, target, kind: 'stress' },
        { 'idempotency-key': 'k-1' },
      );
      expect(again.status).toBe(201);
      expect(Run.parse(again.json).id).toBe(Run.parse(first.json).id);
      expect(first.headers.get('idempotency-replayed')).toBeNull();
      expect(again.headers.get('idempotency-replayed')).toBe('true');
      expect(again.headers.get('location')).toBe(first.headers.get('location'));
    });

    it('refuses the same key for another body', async () => {
      await api.post('/v1/runs', body, { 'idempotency-key': 'k-2' });
      const other = await api.post('/v1/runs', { ...body, name: 'other' }, { 'idempotency-key': 'k-2' });
      expect(other.status).toBe(422);
      expect(Problem.parse(other.json).code).toBe('IDEMPOTENCY_KEY_REUSED');
    });

    it('makes one run of ten calls at the same time', async () => {
      const calls = Array.from({ length: 10 }, () => api.post('/v1/runs', body, { 'idempotency-key': 'k-3' }));
      const ids = (await Promise.all(calls)).map(({ json }) => Run.parse(json).id);
      expect(new Set(ids).size).toBe(1);
    });

    it('refuses a key that is no plain text or too long', async () => {
      const answer = await api.post('/v1/runs', body, { 'idempotency-key': 'k'.repeat(256) });
      expect(Problem.parse(answer.json).errors?.[0]?.path).toBe('Idempotency-Key');
    });
  });

  describe('POST /v1/runs/validate', () => {
    const count = async () => RunPage.parse((await api.get('/v1/runs?limit=200')).json).items.length;

    it('answers plan and size and creates nothing', async () => {
      const before = await count();
      const answer = await api.post('/v1/runs/validate', { ...body, placement: { executors: 2 } });
      expect(answer.status).toBe(200);
      const { valid, errors, plan } = Validation.parse(answer.json);
      expect({ valid, errors }).toEqual({ valid: true, errors: [] });
      expect(plan).toMatchObject({
        endpoints: ['127.0.0.1:9042'],
        executors: 2,
        shards: [
          { index: 0, lanes: [{ first: 0, stride: 2, threads: 4 }] },
          { index: 1, lanes: [{ first: 1, stride: 2, threads: 4 }] },
        ],
        // 10 bytes of key and 5 columns of 34 bytes.
        estimate: { operations: 1000, durationMs: null, rows: 1000, bytesPerRow: 180, bytes: 180_000 },
      });
      expect(await count()).toBe(before);
    });

    it('answers all problems and still 200', async () => {
      const answer = await api.post('/v1/runs/validate', { kind: 'stress', spec: {}, zz: 1 });
      expect(answer.status).toBe(200);
      expect(Validation.parse(answer.json)).toMatchObject({ valid: false, plan: null });
      expect(Validation.parse(answer.json).errors.map(({ path }) => path)).toContain('zz');
    });

    it('shows the plan of a run whose target is refused', async () => {
      const answer = await api.post('/v1/runs/validate', { ...body, target: { contactPoints: ['10.0.0.1'] } });
      const validation = Validation.parse(answer.json);
      expect(validation.valid).toBe(false);
      expect(validation.plan?.shards).toHaveLength(1);
    });
  });

  describe('GET /v1/runs', () => {
    const list = async (query: string) => RunPage.parse((await api.get(`/v1/runs?${query}`)).json);

    it('pages through all runs, newest first, each once', async () => {
      const made: string[] = [];
      for (let index = 0; index < 5; index += 1) {
        api.now.ms += 1000;
        made.unshift((await create({ labels: { paging: 'yes' } })).id);
      }
      const seen: string[] = [];
      let cursor: string | null = '';
      while (cursor !== null) {
        const page: RunPage = await list(`label=paging:yes&limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`);
        expect(page.items.length).toBeLessThanOrEqual(2);
        seen.push(...page.items.map(({ id }) => id));
        cursor = page.nextCursor;
      }
      expect(seen).toEqual(made);
    });

    it('filters by status, kind, label and time', async () => {
      api.now.ms += 10_000;
      const fromMs = api.now.ms;
      const run = await create({ labels: { filter: 'a' } });
      await create({ labels: { filter: 'b' } });
      await api.post(`/v1/runs/${run.id}/cancel`);
      const ids = async (query: string) => (await list(query)).items.map(({ id }) => id);
      expect(await ids('label=filter:a')).toEqual([run.id]);
      expect(await ids('label=filter')).toHaveLength(2);
      expect(await ids(`status=cancelled&label=filter`)).toEqual([run.id]);
      expect(await ids(`kind=stress&from=${fromMs}`)).toHaveLength(2);
      expect(await ids(`from=${new Date(fromMs + 1).toISOString()}`)).toEqual([]);
      expect(await ids(`to=${fromMs}&label=filter`)).toEqual([]);
    });

    it('refuses what it does not know, all at once', async () => {
      const problem = Problem.parse((await api.get('/v1/runs?status=done&limit=0&from=soon&sort=name')).json);
      expect(problem.errors?.map(({ path }) => path).toSorted()).toEqual(['from', 'limit', 'sort', 'status']);
    });

    it('refuses a cursor that is none', async () => {
      expect((await api.get('/v1/runs?cursor=garbage')).status).toBe(400);
    });
  });

  describe('cancel', () => {
    it('ends a queued run at once, with reason and actor, and may be repeated', async () => {
      const { id } = await create();
      const answer = await api.post(`/v1/runs/${id}/cancel`, { reason: 'wrong cluster' });
      expect(answer.status).toBe(200);
      const run = Run.parse(answer.json);
      expect(run.status).toBe('cancelled');
      expect(run.statusHistory.at(-1)).toMatchObject({ to: 'cancelled', actor: 'api', reason: 'wrong cluster' });
      expect((await api.post(`/v1/runs/${id}/cancel`)).status).toBe(200);
    });

    it('answers 202 while executors still have to stop', async () => {
      const { id } = await create();
      await api.store.runs.transition(id, { to: 'preparing', actor: 'executor:x', reason: 'test', atMs: api.now.ms });
      const answer = await api.post(`/v1/runs/${id}/cancel`);
      expect(answer.status).toBe(202);
      expect((await api.store.runs.find(id))?.cancelRequested).toMatchObject({ actor: 'api' });
      await api.store.runs.transition(id, {
        to: 'cancelled',
        actor: 'executor:x',
        reason: 'stopped',
        atMs: api.now.ms,
      });
    });

    it('is refused for a run that ended otherwise', async () => {
      const { id } = await create();
      await api.store.runs.transition(id, { to: 'failed', actor: 'executor:x', reason: 'test', atMs: api.now.ms });
      const answer = await api.post(`/v1/runs/${id}/cancel`);
      expect(answer.status).toBe(409);
      expect(Problem.parse(answer.json).code).toBe('RUN_ALREADY_ENDED');
    });
  });

  describe('rerun', () => {
    it('makes the same run again, password included, and repeats by Idempotency-Key', async () => {
      const original = await create({
        name: 'again',
        target: { ...ownTarget(), username: 'u', password: 'pass-word-1' },
      });
      const answer = await api.post(`/v1/runs/${original.id}/rerun`, undefined, { 'idempotency-key': 'r-1' });
      expect(answer.status).toBe(201);
      const run = Run.parse(answer.json);
      expect(run).toMatchObject({ name: 'again', rerunOf: original.id, status: 'queued', spec: original.spec });
      expect(run.id).not.toBe(original.id);
      expect(answer.headers.get('location')).toBe(`/v1/runs/${run.id}`);
      expect((await api.store.runs.find(run.id, { withSecrets: true }))?.target?.password).toBe('pass-word-1');
      const again = await api.post(`/v1/runs/${original.id}/rerun`, undefined, { 'idempotency-key': 'r-1' });
      expect(Run.parse(again.json).id).toBe(run.id);
    });
  });

  describe('DELETE', () => {
    it('removes an ended run, and only an ended one', async () => {
      const { id } = await create();
      const refused = await api.delete(`/v1/runs/${id}`);
      expect(refused.status).toBe(409);
      expect(Problem.parse(refused.json).code).toBe('RUN_NOT_ENDED');
      await api.post(`/v1/runs/${id}/cancel`);
      expect((await api.delete(`/v1/runs/${id}`)).status).toBe(204);
      expect((await api.get(`/v1/runs/${id}`)).status).toBe(404);
    });
  });

  it.each([
    ['get', '/v1/runs/none'],
    ['post', '/v1/runs/none/cancel'],
    ['post', '/v1/runs/none/rerun'],
    ['delete', '/v1/runs/none'],
    ['get', '/v1/runs/none/summary'],
    ['get', '/v1/runs/none/intervals'],
    ['get', '/v1/runs/none/stats'],
    ['get', '/v1/runs/none/hdr'],
    ['get', '/v1/runs/none/events'],
    ['get', '/v1/runs/none/log'],
    ['get', '/v1/runs/none/stdout'],
    ['get', '/v1/runs/none/report.json'],
    ['get', '/v1/runs/none/report.csv'],
  ] as const)('%s %s is RUN_NOT_FOUND', async (method, path) => {
    const answer = await api[method](path);
    expect(answer.status).toBe(404);
    expect(Problem.parse(answer.json).code).toBe('RUN_NOT_FOUND');
  });

  it('GET /v1/executors says who is alive and what it does', async () => {
    const run = await create({ target: ownTarget() });
    for (const { id } of RunPage.parse((await api.get('/v1/runs?status=queued&limit=200')).json).items)
      if (id !== run.id) await api.post(`/v1/runs/${id}/cancel`);
    const claims = await beginRun(api.store, run.id, api.now.ms);
    const { items } = z.object({ items: z.array(z.looseObject({})) }).parse((await api.get('/v1/executors')).json);
    expect(items).toContainEqual(
      expect.objectContaining({ id: 'executor-0', alive: true, hostname: 'host', aliveAtMs: api.now.ms }),
    );
    await endRun(api.store, claims, api.now.ms);
    expect(Run.parse((await api.get(`/v1/runs/${run.id}`)).json).status).toBe('completed');
  });
});

describe('a full queue', () => {
  it('is said with Retry-After', async () => {
    const api = await startTestApi({ maxQueued: 1 });
    try {
      expect((await api.post('/v1/runs', body)).status).toBe(201);
      const answer = await api.post('/v1/runs', body);
      expect(answer.status).toBe(429);
      expect(Problem.parse(answer.json).code).toBe('QUEUE_FULL');
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    } finally {
      await api.close();
    }
  });
});
