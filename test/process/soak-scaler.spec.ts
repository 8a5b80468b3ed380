import { readdirSync, readFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { Annotation } from '#libs/contract/artifact.js';
import { OperationSummary } from '#libs/contract/summary.js';
import type { Resize } from '#libs/scaler/scaler-report.schema.js';
import { parseExposition } from '../exposition.js';
import { World } from './harness.js';

const TOKEN = 'the-token-that-nobody-may-see';
const News = z.object({ to: z.int() });
/** Of a resize with hooks. */
const DEADLINE_MS = 8_000;
const Counts = z.object({ resizePosts: z.int(), resizes: z.int(), nodes: z.int() });
const Log = z.object({ items: z.array(z.object({ source: z.string(), message: z.string() })) });
const Stats = z.object({ operations: z.record(z.string(), OperationSummary) });

let world: World | undefined;
afterEach(() => world?.stop());

/** Simulated nodes that are told of their size. */
async function ring(of: World) {
  // Without a pace of their own the writers would fill the simulator's memory.
  const paced = await of.script([{ kind: 'latency', distribution: { type: 'lognormal', medianMs: 5, sigma: 0.2 } }]);
  const simulator = of.spawn('dist/libs/cql-sim/main.js', [
    '--port',
    '0',
    '--nodes',
    '3',
    '--control-port',
    '0',
    '--script',
    paced,
    '--json',
  ]);
  const [line] = await simulator.says(/^\{.*\}$/m);
  const { contactPoints, controlUrl } = z
    .object({ contactPoints: z.array(z.string()), controlUrl: z.string() })
    .parse(JSON.parse(line));
  const sizes = z.object({ nodes: z.int(), up: z.int() });
  return {
    contactPoints,
    controlUrl,
    nodes: async () => sizes.parse(await (await fetch(`${controlUrl}/nodes`)).json()).nodes,
  };
}

/** The same, told by the double of the API. */
async function cloud(of: World, script: unknown) {
  const { controlUrl, contactPoints, nodes } = await ring(of);
  const double = of.spawn('dist/libs/scaler/double/main.js', ['--token', TOKEN, '--simulator', controlUrl]);
  const [said] = await double.says(/^\{.*\}$/m);
  const { url } = z.object({ url: z.string() }).parse(JSON.parse(said));
  const call = async (path: string, body?: unknown) =>
    Counts.parse(
      await (await fetch(url + path, body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) })).json(),
    );
  await call('/double/script', script);
  return { url, contactPoints, counts: () => call('/double/counts'), nodes };
}

/** A call of a hook. */
interface Call {
  path: string;
  method: string;
  headers: IncomingHttpHeaders;
  body: unknown;
  atMs: number;
}

const closers: (() => void)[] = [];
afterEach(() => closers.splice(0).forEach((close) => close()));

/** Hooks of somebody's own: each call of a path is answered by the next of its answers, and the last one answers the rest. */
async function hookServer(answers: Record<string, ((response: ServerResponse, call: Call) => unknown)[]>) {
  const calls: Call[] = [];
  const server = createServer((request, response) => {
    let text = '';
    request.setEncoding('utf8').on('data', (piece: string) => (text += piece));
    request.on('end', () => {
      const { url: path = '', method = '', headers } = request;
      const call = { path, method, headers, body: JSON.parse(text), atMs: performance.now() };
      calls.push(call);
      const own = answers[path] ?? [];
      const answer = own.length > 1 ? own.shift() : own[0];
      if (answer === undefined) response.writeHead(404).end();
      else answer(response, call);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the hooks have no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    calls,
    of: (path: string) => calls.filter((call) => call.path === path),
  };
}

/** Who leads the scaler of a run, by its log. */
async function leaderOf(of: World, id: string): Promise<string> {
  for (;;) {
    const { items } = Log.parse(await of.call(`/v1/runs/${id}/log`));
    const leader = items.findLast(({ message }) => message.includes('leads the scaler'))?.source;
    if (leader !== undefined) return leader;
    await sleep(50);
  }
}

/** All that anybody could have seen of a run, its HTML report apart. */
async function answersOf(of: World, id: string): Promise<string> {
  const paths = ['', '/summary', '/log?limit=1000', '/annotations', '/report.json'];
  return JSON.stringify(await Promise.all(paths.map((path) => of.call(`/v1/runs/${id}${path}`))));
}

const htmlOf = async (of: World, id: string): Promise<string> => (await fetch(`${of.url}/v1/runs/${id}/report`)).text();

/** Every file of the world's folder, the key apart. */
const filesOf = (folder: string): string =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== 'secret.key')
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'))
    .join('');

/** What the API says of each phase, by the same times. */
async function agrees(of: World, id: string, resize: Resize): Promise<void> {
  const rows = await of.intervals(id);
  for (const phase of [resize.before, resize.during, resize.after]) {
    if (phase === null) throw new Error(`resize ${resize.number} has not all phases`);
    const { fromMs, toMs, operations } = phase;
    const stats = Stats.parse(await of.call(`/v1/runs/${id}/stats?from=${fromMs}&to=${toMs}`));
    for (const [name, figures] of Object.entries(operations)) {
      const whole = stats.operations[name];
      const latency = whole?.responseTime ?? whole?.serviceTime;
      expect(figures, `${name} of ${fromMs} to ${toMs}`).toMatchObject({
        operations: whole?.completed,
        errors: whole?.failed,
        p99Ms: latency?.p99Ms,
        ratePerSecond: whole?.ratePerSecond,
      });
      const within = rows.filter((row) => row.operation === name && row.startMs >= fromMs && row.startMs < toMs);
      expect(within.reduce((sum, row) => sum + row.completed, 0)).toBe(figures.operations);
    }
    expect(operations['total']?.operations).toBeGreaterThan(0);
  }
}

describe('a soak run with a scaler', () => {
  it('resizes once each way although its leader is killed in the middle', { timeout: 240_000 }, async () => {
    world = await World.create({ TIDEMARK_LEASE_MS: '1500', TIDEMARK_BEAT_MS: '100' });
    // The first resize is taken on at once and answered long after.
    const cluster = await cloud(world, {
      resizes: [{ queuedMs: 500, workMs: 3_000 }],
      faults: [
        { call: 'resize', kind: 'slow-answer', delayMs: 60_000 },
        { call: 'nodes', kind: 'html-502', skip: 6, times: 2 },
        { call: 'requests', kind: 'echo-token', skip: 9 },
      ],
    });
    const { executors } = await world.service(2);
    const run = {
      kind: 'soak',
      target: { contactPoints: cluster.contactPoints },
      spec: {
        batchesInFlight: 2,
        batchMin: 2,
        batchMax: 4,
        readRatePerSecond: 200,
        replication: { factor: 3 },
        scaler: {
          type: 'scylla-cloud',
          apiBase: cluster.url,
          accountId: 110_632,
          clusterId: 47_716,
          token: TOKEN,
          pollMs: 200,
          stableMs: 2_000,
          firstAfterMs: 2_000,
          cycles: 1,
        },
      },
      placement: { executors: 2 },
      policies: { lostExecutor: 'continue' },
    };
    const answers = [
      await world.call('/v1/runs/validate', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(run),
      }),
    ];
    const id = await world.post(run);
    while ((await cluster.counts()).resizePosts === 0) await sleep(50);
    const leader = await leaderOf(world, id);
    expect(leader).toMatch(/^executor:executor-[01]$/);
    executors[leader.endsWith('0') ? 0 : 1]?.signal('SIGKILL');

    const ended = await world.ended(id, 150_000);
    expect(ended.status, ended.problem?.detail).toBe('completed');
    expect(await cluster.counts()).toEqual({ resizePosts: 2, resizes: 2, nodes: 3 });
    expect(await cluster.nodes()).toBe(3);
    const summary = await world.summary(id);
    const report = summary.report?.kind === 'soak' ? summary.report.scaler : undefined;
    expect(report).toMatchObject({ type: 'scylla-cloud', cycles: 1, ended: 'all of its 1 cycles are done' });
    expect(report?.resizes.map(({ from, to, outcome, requestId }) => [from, to, outcome, requestId])).toEqual([
      [3, 6, 'completed', '228431'],
      [6, 3, 'completed', '228432'],
    ]);
    for (const resize of report?.resizes ?? []) await agrees(world, id, resize);
    // Real nodes left, and what they held was served by the others.
    expect(summary.report).toMatchObject({ missing: 0, different: 0, failedRows: 0 });

    const annotations = z
      .object({ items: z.array(Annotation) })
      .parse(await world.call(`/v1/runs/${id}/annotations`)).items;
    expect(annotations.map(({ label }) => label)).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/goes on with the resizes of an executor that was lost/),
        expect.stringMatching(/^resize 1 \(3 to 6 nodes\): found as request 228431 /),
        'resize 1 (3 to 6 nodes): healthy at 6 nodes',
        'resize 1 (3 to 6 nodes): stable for 2 s',
        'resize 2 (6 to 3 nodes): stable for 2 s',
      ]),
    );
    const seen = JSON.stringify(answers) + (await answersOf(world, id)) + (await htmlOf(world, id));
    const said = world.children.map(({ out, err }) => out + err).join('');
    expect(seen + said + filesOf(world.folder)).not.toContain(TOKEN);
  });

  it('calls a hook once for a resize, whatever becomes of the call and its caller', { timeout: 240_000 }, async () => {
    world = await World.create({
      TIDEMARK_LEASE_MS: '1500',
      TIDEMARK_BEAT_MS: '100',
      TIDEMARK_METRICS_PORT: '0',
    });
    const { contactPoints, controlUrl, nodes } = await ring(world);
    const resize = (response: ServerResponse, { body }: Call) => {
      const { to } = News.parse(body);
      void fetch(`${controlUrl}/nodes`, { method: 'POST', body: JSON.stringify({ nodes: to }) }).then(() =>
        response.writeHead(202).end(),
      );
    };
    const hooks = await hookServer({
      '/out': [
        () => undefined,
        (response, { headers }) => response.writeHead(500).end(`no capacity for ${headers.authorization}`),
        resize,
      ],
      '/in': [resize],
      '/ready': [(response) => response.writeHead(503).end('not yet'), (response) => response.writeHead(204).end()],
      '/locked': [(response) => response.writeHead(409).end('locked')],
    });
    const { executors } = await world.service(2);
    const hook = (path: string) => ({ url: hooks.url + path });
    const bounds = { minNodes: 3, maxNodes: 4, cycles: 1, pollMs: 100 };
    const run = (scaler: unknown, count = 1) => ({
      kind: 'soak',
      target: { contactPoints },
      spec: { batchesInFlight: 2, batchMin: 2, batchMax: 4, readRatePerSecond: 100, scaler },
      placement: { executors: count },
      policies: { lostExecutor: 'continue' },
    });
    const scaler = {
      type: 'hook',
      scaleOut: hook('/out'),
      scaleIn: hook('/in'),
      ready: hook('/ready'),
      token: TOKEN,
      ...bounds,
      stableMs: 300,
      firstAfterMs: 300,
      resizeDeadlineMs: DEADLINE_MS,
    };
    const id = await world.post(run(scaler, 2));
    while (hooks.calls.length === 0) await sleep(20);
    // It waits for an answer that never comes.
    const leader = (await leaderOf(world, id)).endsWith('0') ? 0 : 1;
    executors[leader]?.signal('SIGKILL');
    const ended = await world.ended(id, 120_000);
    expect(ended.status, ended.problem?.detail).toBe('completed');

    const wanted = [...hooks.of('/out'), ...hooks.of('/in')];
    expect(wanted.map(({ body }) => body)).toEqual([
      { runId: id, from: 3, to: 4 },
      { runId: id, from: 3, to: 4 },
      { runId: id, from: 3, to: 4 },
      { runId: id, from: 4, to: 3 },
    ]);
    const [first, second] = wanted;
    expect((second?.atMs ?? 0) - (first?.atMs ?? 0)).toBeGreaterThan(DEADLINE_MS - 1_000);
    expect(hooks.of('/ready').length).toBeGreaterThanOrEqual(3);
    for (const { method, headers } of hooks.calls) {
      expect(method).toBe('POST');
      expect(headers).toMatchObject({ authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' });
    }
    const { report } = await world.summary(id);
    const resizes = report?.kind === 'soak' ? (report.scaler?.resizes ?? []) : [];
    expect(resizes.map(({ from, to, outcome, detail }) => [from, to, outcome, detail])).toEqual([
      [3, 4, 'unknown', expect.stringMatching(/^not done after 8 s, and not known whether it was asked for: 3 nodes/)],
      [3, 4, 'failed', 'the hook answered HTTP 500: no capacity for Bearer …'],
      [3, 4, 'completed', null],
      [4, 3, 'completed', null],
    ]);
    expect(await nodes()).toBe(3);
    const seen = await answersOf(world, id);
    for (const note of [
      'it is not known whether its resize was asked for',
      'not asked for again: the cluster is as before (3 nodes, healthy)',
      'resize 1 (3 to 4 nodes): unknown (',
    ])
      expect(seen).toContain(note);
    // Whoever took over saw the end of each.
    const survivor = executors[1 - leader];
    const [, metricsUrl = ''] = (await survivor?.says(/^metrics on (\S+)$/m)) ?? [];
    const metrics = async () => parseExposition(await (await fetch(metricsUrl)).text());
    const counted = (await metrics()).samples.filter(({ name }) => name === 'tidemark_scaler_resizes_total');
    expect(counted.map(({ labels: { type, direction, outcome }, value }) => [type, direction, outcome, value])).toEqual(
      [
        ['hook', 'out', 'unknown', 1],
        ['hook', 'out', 'failed', 1],
        ['hook', 'out', 'completed', 1],
        ['hook', 'in', 'completed', 1],
      ],
    );

    const refused = await world.post(
      run({ ...scaler, ...bounds, scaleOut: hook('/locked'), firstAfterMs: 0, stableMs: 0 }),
    );
    const failed = await world.ended(refused);
    expect(failed).toMatchObject({ status: 'failed', problem: { code: 'TARGET_REFUSED' } });
    expect(failed.problem?.detail).toContain(
      '3 resizes in a row came to nothing; the last: the hook answered HTTP 409',
    );
    expect(hooks.of('/locked')).toHaveLength(3);

    const simulated = await world.post(
      run({ type: 'simulated', controlUrl, ...bounds, stableMs: 300, firstAfterMs: 300 }),
    );
    expect((await world.ended(simulated)).status).toBe('completed');
    const summary = await world.summary(simulated);
    expect(summary.simulated).toBe(true);
    expect(summary.report).toMatchObject({
      scaler: { type: 'simulated', resizes: [{ outcome: 'completed' }, { outcome: 'completed' }] },
    });
    const html = await htmlOf(world, simulated);
    expect(html).toContain('<td>simulated: nodes of the simulator</td>');
    expect(html).toContain('These figures say nothing about any database.');
    expect((await metrics()).values('tidemark_scaler_resizes_total', { type: 'simulated' })).toEqual([1, 1]);

    let told = seen;
    for (const each of [id, refused]) told += (await answersOf(world, each)) + (await htmlOf(world, each));
    const said = world.children.map(({ out, err }) => out + err).join('');
    expect(told + said + filesOf(world.folder)).not.toContain(TOKEN);
  });
});
