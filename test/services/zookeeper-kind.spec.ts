import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ArtifactPage } from '../../apps/api/results/artifacts.schema.js';
import { zookeeperSequence } from '#libs/workloads/suite/zookeeper-sequence.js';
import { ZkClient } from '#libs/zk/client.js';
import { Session } from '#libs/zk/session.js';
import { requireBuild, tidemark } from '../process/cli-program.js';
import { World } from '../process/harness.js';
import { expectReports } from '../process/report-forms.js';

const address = process.env['TIDEMARK_TEST_ZOOKEEPER'] ?? '';
const BASE = `/kind-${process.pid}`;

describe.skipIf(address === '')('the kind zookeeper on a real server', () => {
  let session: Session;
  let control: ZkClient;
  let world: World;
  beforeAll(async () => {
    requireBuild();
    session = await Session.open({ connectString: address, sessionTimeoutMs: 30_000, operationTimeoutMs: 30_000 });
    control = new ZkClient(session);
    await control.create(BASE);
    world = await World.create({ TIDEMARK_START_DELAY_MS: '100', TIDEMARK_POLL_MS: '50' });
    await world.service(2);
  }, 60_000);
  afterAll(async () => {
    await world.stop();
    await control.delete(BASE);
    await session.close();
  });

  /** The command on this server, as JSON. */
  const zookeeper = async (...words: string[]) => {
    const all = ['zookeeper', '--hosts', `${address}${BASE}`, '--json', ...words];
    const { exitCode, out, errors } = await tidemark(all).ended;
    expect(exitCode, errors).toBe(0);
    return JSON.parse(out);
  };

  it('pauses between operations and opens sessions one by one, as Locust does', async () => {
    const waits = [
      '--min-wait',
      '100',
      '--max-wait',
      '200',
      '--',
      '-c',
      '8',
      '-r',
      '16',
      '-t',
      '2s',
      '-f',
      'locust_get.py',
    ];
    const { operations, report } = await zookeeper(...waits);
    expect(report.sessions).toBe(8);
    // 8 clients with a pause of 150 ms for at most 2 s, less what it takes to spawn them.
    expect(operations.at(-1).requests).toBeLessThanOrEqual(8 * 20);
    expect(operations.at(-1).requests).toBeGreaterThan(20);
  });

  it(
    'runs on two executors at an exact rate, is cancelled within a second, and cleans up',
    { timeout: 120_000 },
    async () => {
      const spec = {
        weights: { get: 3, set: 1 },
        clients: 8,
        rate: { model: 'open', ratePerSecond: 200 },
        durationMs: 3_000,
        metrics: { intervalMs: 300, source: 'mntr' },
        stats: {},
      };
      const target = { connectString: `${address}${BASE}` };
      const id = await world.post({ kind: 'zookeeper', spec, target, placement: { executors: 2 } });
      const run = await world.ended(id, 60_000);
      expect(run, JSON.stringify(run.problem)).toMatchObject({ status: 'completed', spec: { chroot: BASE } });
      const summary = await world.summary(id);
      expect(summary.operations['total']).toMatchObject({ scheduled: 600, failed: 0 });
      expect(summary.report).toMatchObject({ kind: 'zookeeper', sessions: 16 });
      const names = ['distributions-0.jsonl', 'distributions-1.jsonl', 'stats-0.csv', 'stats-1.csv'];
      const { items } = ArtifactPage.parse(await world.call(`/v1/runs/${id}/artifacts`));
      const metrics = `zk-metrics-${address.replace(':', '_')}.csv`;
      expect(items.map(({ name }) => name)).toEqual(expect.arrayContaining([...names, metrics]));
      const text = async (path: string) => (await fetch(`${world.url}/v1/runs/${id}/${path}`)).text();
      const rows = (await text('artifacts/stats-0.csv')).trim().split('\n');
      const counted = rows.filter((row) => row.includes(',Total,')).map((row) => Number(row.split(',')[4]));
      expect(counted.reduce((sum, count) => sum + count, 0)).toBe(300);
      expect((await text(`artifacts/${metrics}`)).split('\n')[0]).toMatch(
        /^timestamp,host_port,.*outstanding_requests/,
      );
      const series = await world.call(`/v1/runs/${id}/server-metrics?key=num_alive_connections,no_such_key`);
      expect(series).toMatchObject({
        items: [
          {
            server: address,
            keys: expect.arrayContaining(['znode_count', 'outstanding_requests']),
            series: [{ key: 'num_alive_connections', points: expect.arrayContaining([expect.anything()]) }],
          },
        ],
      });
      await world.call(`/v1/runs/${id}/annotations`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ label: 'looked <at>', at: new Date(run.startedAtMs ?? 0).toISOString() }),
      });
      const page = await expectReports(world.url, id);
      expect(page).toContain('<h2>Sessions</h2>');
      expect(page).toContain('looked &lt;at&gt;');
      expect(page).toContain('Alive connections');
      expect(await text('stdout')).toMatch(/^ Total +600 +0 /m);
      const long = await world.post({ kind: 'zookeeper', spec: { ...spec, durationMs: 600_000 }, target });
      await world.reaches(long, 'running');
      await world.cancel(long);
      expect((await world.ended(long, 10_000)).status).toBe('cancelled');
      await expect.poll(() => control.children(BASE), { timeout: 20_000 }).toEqual([]);
    },
  );

  it(
    'does a part of the original’s sequence as a suite, in one request, with one report',
    { timeout: 120_000 },
    async () => {
      const params = { valueSizes: '8', clients: 2, stepMs: 300, pauseMs: 0, metricsMs: 200, intervalMs: 100 };
      const sequence = zookeeperSequence(params);
      const some = sequence.steps.filter(({ id: step }) => ['set_8_B', 'watch', 'exists'].includes(step));
      const probe = { kind: 'zookeeper', spec: { taskSet: 'get', clients: 2 } };
      const plan = { type: 'sweep', ratesPerSecond: [50, 150] };
      const sweep = { id: 'sweep', run: { kind: 'search', spec: { probe, plan, probeMs: 400 } } };
      const spec = { ...sequence, steps: [...some, sweep] };
      const target = { connectString: `${address}${BASE}` };
      const id = await world.post({ kind: 'suite', name: 'sequence', target, spec });
      const run = await world.ended(id, 100_000);
      const { report, verdict } = await world.summary(id);
      if (report?.kind !== 'suite') throw new Error(`no report: ${run.problem?.detail ?? run.status}`);
      expect(run, JSON.stringify(report.steps)).toMatchObject({
        status: 'completed',
        spec: { ensemble: { chroot: BASE } },
      });
      expect(report).toMatchObject({ succeeded: spec.steps.length, failed: 0 });
      expect(verdict).toBe('none');
      const swept = (await world.summary(report.steps.at(-1)?.runId ?? '')).report;
      expect(swept).toMatchObject({ kind: 'search', stoppedBy: 'all', probes: [{ ratePerSecond: 50 }, { failed: 0 }] });
      for (const { operations, failed, outputs } of report.steps.slice(0, -1)) {
        expect(operations).toBeGreaterThan(0);
        expect(failed).toBe(0);
        expect(outputs).toMatchObject({ sessions: 2 });
      }
      const page = await (await fetch(`${world.url}/v1/runs/${id}/report`)).text();
      for (const { id: step } of spec.steps) expect(page).toMatch(new RegExp(`<td>(<a [^>]*>)?${step}(</a>)?</td>`));
      expect(await control.children(BASE)).toEqual([]);
    },
  );

  it('logs in, and keeps its znodes to itself', async () => {
    const login = ['--login', 'digest', '--username', 'ann', '--password', 'secret', '--access', 'creator'];
    const { operations } = await zookeeper(...login, '--weights', 'get=2,set=1,multi=1', '--operations', '100');
    expect(operations.at(-1)).toMatchObject({ requests: 100, failures: 0 });
    expect(await control.children(BASE)).toEqual([]);
  });

  it('removes what a killed process has left behind at the next start', async () => {
    const killed = tidemark([
      'zookeeper',
      '--hosts',
      `${address}${BASE}`,
      '--task-set',
      'create_and_delete',
      '--session-timeout',
      '4000',
      '--duration',
      '600',
    ]);
    await killed.seen(/req\/s/);
    killed.child.kill('SIGKILL');
    await killed.ended;
    const [left = ''] = await control.children(BASE);
    expect(left).toMatch(/^tidemark-local-/);
    await expect.poll(() => control.children(`${BASE}/${left}/lease`), { timeout: 30_000 }).toEqual([]);
    await zookeeper('--task-set', 'get', '--operations', '10');
    expect(await control.children(BASE)).toEqual([]);
  });
});
