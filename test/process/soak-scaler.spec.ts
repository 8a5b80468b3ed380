import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { Annotation } from '#libs/contract/artifact.js';
import { OperationSummary } from '#libs/contract/summary.js';
import type { Resize } from '#libs/scaler/scaler-report.schema.js';
import { World } from './harness.js';

const TOKEN = 'the-token-that-nobody-may-see';
const Counts = z.object({ resizePosts: z.int(), resizes: z.int(), nodes: z.int() });
const Log = z.object({ items: z.array(z.object({ source: z.string(), message: z.string() })) });
const Stats = z.object({ operations: z.record(z.string(), OperationSummary) });

let world: World | undefined;
afterEach(() => world?.stop());

/** Simulated nodes that are told of their size by the double of the API. */
async function cloud(of: World, script: unknown) {
  const simulator = of.spawn('dist/libs/cql-sim/main.js', [
    '--port',
    '0',
    '--nodes',
    '3',
    '--control-port',
    '0',
    '--json',
  ]);
  const [line] = await simulator.says(/^\{.*\}$/m);
  const { contactPoints, controlUrl } = z
    .object({ contactPoints: z.array(z.string()), controlUrl: z.string() })
    .parse(JSON.parse(line));
  const double = of.spawn('dist/libs/scaler/double/main.js', ['--token', TOKEN, '--simulator', controlUrl]);
  const [said] = await double.says(/^\{.*\}$/m);
  const { url } = z.object({ url: z.string() }).parse(JSON.parse(said));
  const call = async (path: string, body?: unknown) =>
    Counts.parse(
      await (await fetch(url + path, body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) })).json(),
    );
  await call('/double/script', script);
  const sizes = z.object({ nodes: z.int(), up: z.int() });
  return {
    url,
    contactPoints,
    counts: () => call('/double/counts'),
    nodes: async () => sizes.parse(await (await fetch(`${controlUrl}/nodes`)).json()).nodes,
  };
}

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
        batchesInFlight: 4,
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
    const { items } = Log.parse(await world.call(`/v1/runs/${id}/log`));
    const leader = items.findLast(({ message }) => message.includes('leads the scaler'))?.source;
    expect(leader).toMatch(/^executor:executor-[01]$/);
    executors[leader?.endsWith('0') ? 0 : 1]?.signal('SIGKILL');

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
    for (const path of ['', '/summary', '/log?limit=1000', '/annotations', '/report.json'])
      answers.push(await world.call(`/v1/runs/${id}${path}`));
    const html = await (await fetch(`${world.url}/v1/runs/${id}/report`)).text();
    const said = world.children.map(({ out, err }) => out + err).join('');
    expect(JSON.stringify(answers) + html + said + filesOf(world.folder)).not.toContain(TOKEN);
  });
});
