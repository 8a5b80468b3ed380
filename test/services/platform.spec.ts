import { createHmac, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { Run } from '#libs/contract/run.js';
import { Fire, Schedule } from '#libs/contract/schedule.js';
import { CreatedWebhook, Delivery } from '#libs/contract/webhook.js';
import { tidemark } from '../process/cli-program.js';
import { World } from '../process/harness.js';

const server = process.env['TIDEMARK_TEST_POSTGRES'];
const ROOT = 'the-bootstrap-key-of-this-service';
const PATIENT = { timeout: 120_000, interval: 200 };

/** What a team has at night: two replicas of the API and an executor on one PostgreSQL. */
describe.skipIf(server === undefined)('two replicas on PostgreSQL (TIDEMARK_TEST_POSTGRES)', () => {
  const name = `tidemark_${randomBytes(6).toString('hex')}`;
  const admin = new DataSource({ type: 'postgres', url: server ?? '' });
  let world: World;
  const urls: string[] = [];
  let contactPoint = '';
  const got: { headers: IncomingHttpHeaders; body: string }[] = [];
  const receiver = createServer((request, response) => {
    let body = '';
    request.on('data', (piece: Buffer) => (body += piece.toString()));
    request.on('end', () => {
      got.push({ headers: request.headers, body });
      response.writeHead(got.length === 1 ? 503 : 204).end();
    });
  });

  beforeAll(async () => {
    await admin.initialize();
    await admin.query(`CREATE DATABASE ${name}`);
    const database = new URL(server ?? '');
    database.pathname = `/${name}`;
    world = await World.create({
      TIDEMARK_DATABASE_URL: database.toString(),
      TIDEMARK_SECRET_KEY: randomBytes(32).toString('hex'),
      TIDEMARK_API_KEY: ROOT,
      TIDEMARK_WEBHOOK_RETRY_MS: '500',
    });
    for (const port of [String(world.apiPort), '0']) {
      await world.api({ TIDEMARK_PORT: port });
      urls.push(world.url);
    }
    await world.executor({ TIDEMARK_EXECUTOR_ID: 'night' });
    ({ contactPoint } = await world.simulator());
    receiver.listen(0, '127.0.0.1');
    await once(receiver, 'listening');
  }, 180_000);

  afterAll(async () => {
    receiver.close();
    await world.stop();
    await admin.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    await admin.destroy();
  });

  /** Asks the replicas by turns. */
  let turn = 0;
  async function call(path: string, key: string, body?: unknown): Promise<{ status: number; json: unknown }> {
    const answer = await fetch(`${urls[turn++ % urls.length]}${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    return { status: answer.status, json: text === '' ? null : JSON.parse(text) };
  }
  const stress = () => ({
    kind: 'stress',
    target: { contactPoints: [contactPoint] },
    spec: {
      operation: 'write',
      stop: { type: 'operations', count: 200 },
      consistencyLevel: 'ONE',
      warmup: false,
      rate: { model: 'closed', threads: 2 },
    },
  });
  const Runs = z.object({ items: z.array(Run) });
  const Fires = z.object({ items: z.array(Fire) });
  const runsOf = async (id: string) => Runs.parse((await call(`/v1/runs?scheduleId=${id}&limit=200`, ROOT)).json).items;
  const firesOf = async (id: string) =>
    Fires.parse((await call(`/v1/schedules/${id}/fires?limit=200`, ROOT)).json).items;

  it('a nightly schedule fires once, its thresholds fail the run, and the signed webhook comes after a refused try', async () => {
    const address = receiver.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const thresholds = [{ metric: 'ratePerSecond', operator: '>', value: 1e12 }];
    const saved = await call('/v1/benchmarks', ROOT, { name: 'nightly', definition: { ...stress(), thresholds } });
    const { id: benchmarkId } = z.object({ id: z.string() }).parse(saved.json);
    const night = new Date(Date.now() + 6_000);
    const cron = `${night.getUTCSeconds()} ${night.getUTCMinutes()} ${night.getUTCHours()} * * *`;
    const made = await call('/v1/schedules', ROOT, {
      name: 'nightly',
      cron,
      work: { type: 'benchmark', benchmarkId },
      overlap: 'queue',
    });
    const schedule = Schedule.parse(made.json);
    const hook = await call('/v1/webhooks', ROOT, {
      name: 'ci',
      url: `http://127.0.0.1:${port}/hook`,
      scheduleId: schedule.id,
    });
    const { id: hookId, secret } = CreatedWebhook.parse(hook.json);

    await vi.waitFor(() => expect(got.length).toBe(2), PATIENT);
    const [run, ...others] = await runsOf(schedule.id);
    expect(others).toEqual([]);
    expect(run).toMatchObject({ status: 'completed', verdict: 'failed', benchmark: { id: benchmarkId, version: 1 } });
    expect(await firesOf(schedule.id)).toMatchObject([{ dueAtMs: schedule.nextFires[0], runId: run?.id }]);
    expect(new Set(got.map(({ body }) => body)).size).toBe(1);
    for (const { headers, body } of got) {
      const [, seconds, given] = /^t=(\d+),v1=(\w+)$/.exec(String(headers['tidemark-signature'])) ?? [];
      expect(
        createHmac('sha256', secret ?? '')
          .update(`${seconds}.${body}`)
          .digest('hex'),
      ).toBe(given);
    }
    expect(JSON.parse(got[0]?.body ?? '')).toMatchObject({ run: { id: run?.id, verdict: 'failed' } });
    const Log = z.object({ items: z.array(Delivery) });
    await vi.waitFor(async () => {
      const { items } = Log.parse((await call(`/v1/webhooks/${hookId}/deliveries`, ROOT)).json);
      expect(items).toMatchObject([{ state: 'delivered', attempts: [{ status: 503 }, { status: 204 }] }]);
    }, PATIENT);
  });

  it('a schedule of every second has one run for each due time, whichever replica looks first', async () => {
    const work = { type: 'run', run: { ...stress(), placement: { labels: { place: 'nowhere' } } } };
    const made = await call('/v1/schedules', ROOT, { name: 'often', cron: '* * * * * *', work, overlap: 'queue' });
    const { id } = Schedule.parse(made.json);
    await vi.waitFor(async () => expect((await firesOf(id)).length).toBeGreaterThan(5), PATIENT);
    await call(`/v1/schedules/${id}/pause`, ROOT, {});
    await vi.waitFor(
      async () => expect((await firesOf(id)).every(({ state }) => state === 'fired' || state === 'late')).toBe(true),
      PATIENT,
    );
    const fires = await firesOf(id);
    const runs = (await runsOf(id)).map((run) => run.id);
    expect(new Set(fires.map(({ dueAtMs }) => dueAtMs)).size).toBe(fires.length);
    expect(runs).toHaveLength(fires.length);
    expect(new Set(fires.map(({ runId }) => runId))).toEqual(new Set(runs));
  });

  it('one Idempotency-Key makes one run, though both replicas get it at once', async () => {
    const answers = await Promise.all(
      [...urls, ...urls].map(async (url) => {
        const answer = await fetch(`${url}/v1/runs`, {
          method: 'POST',
          headers: {
            authorization: `Bearer ${ROOT}`,
            'content-type': 'application/json',
            'idempotency-key': 'at-once',
          },
          body: JSON.stringify(stress()),
        });
        return Run.parse(await answer.json()).id;
      }),
    );
    expect(new Set(answers).size).toBe(1);
  });

  it("a viewer's key from the command line reads and can start nothing", async () => {
    const settings = { TIDEMARK_SERVER: urls[0] ?? '', TIDEMARK_API_KEY: ROOT };
    const made = await tidemark(['keys', 'create', 'eye', '--role', 'viewer'], settings).ended;
    const key = made.out.trim();
    expect([made.exitCode, key]).toEqual([0, expect.stringMatching(/^tmk_[0-9a-f]{12}_[\w-]{43}$/)]);
    const viewer = { ...settings, TIDEMARK_API_KEY: key };
    expect((await tidemark(['list'], viewer).ended).exitCode).toBe(0);
    const refused = await tidemark(['run', '-'], viewer, JSON.stringify(stress())).ended;
    expect([refused.exitCode === 0, refused.errors]).toEqual([false, expect.stringContaining('needs the role runner')]);
    expect((await call('/v1/schedules', key, {})).status).toBe(403);
    const list = await tidemark(['keys', 'list'], settings).ended;
    const id = /^(\w+) +eye +viewer +all +valid/m.exec(list.out)?.[1] ?? '';
    expect((await tidemark(['keys', 'revoke', id], settings).ended).exitCode).toBe(0);
    expect((await call('/v1/runs', key)).status).toBe(401);
  });
});
