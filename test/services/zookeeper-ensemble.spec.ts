import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AnnotationPage } from '../../apps/api/results/artifacts.schema.js';
import { ZookeeperReport } from '#libs/workloads/zookeeper/zookeeper.schema.js';
import { serverPlaces, takeSample } from '#libs/workloads/zookeeper/server-sample.js';
import { TASK_SETS } from '#libs/workloads/zookeeper/task-sets.js';
import { ZkClient } from '#libs/zk/client.js';
import { Session } from '#libs/zk/session.js';
import { requireBuild, tidemark } from '../process/cli-program.js';
import { World } from '../process/harness.js';
import { ZkServers } from './zk-servers.js';

const BASE = `/ensemble-${process.pid}`;
const server = process.env['TIDEMARK_TEST_ZOOKEEPER'];
const executablePath = process.env['TIDEMARK_TEST_CHROMIUM'];

describe.skipIf(server === undefined)('the kind zookeeper on an ensemble whose servers come and go', () => {
  let servers: ZkServers;
  let addresses: string[];
  let folder: string;
  let opened: Session;
  let control: ZkClient;
  let world: World;
  /** A run of the service that has seen the servers go and come back. */
  let seen: string;
  beforeAll(async () => {
    requireBuild();
    servers = await ZkServers.start('ensemble');
    addresses = (await servers.place('ensemble')).split(',');
    folder = mkdtempSync(join(tmpdir(), 'tidemark-ensemble-'));
    opened = await Session.open({
      connectString: addresses.join(','),
      sessionTimeoutMs: 30_000,
      operationTimeoutMs: 20_000,
    });
    control = new ZkClient(opened);
    await control.create(BASE);
    world = await World.create();
    await world.service(1);
  });
  afterAll(async () => {
    await world.stop();
    await control.delete(BASE);
    await opened.close();
    await servers.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Numbers of the servers that are in this state. */
  const membersIn = async (state: string): Promise<number[]> => {
    const states = await Promise.all(
      serverPlaces(addresses, []).map((place) =>
        takeSample('mntr', place, 2_000).then(
          (sample) => sample.get('server_state'),
          () => undefined,
        ),
      ),
    );
    return states.flatMap((found, index) => (found === state ? [index + 1] : []));
  };

  it('does every task set on three servers without a failure, and leaves nothing behind', async () => {
    const hosts = addresses.join(',') + BASE;
    const tried = async (taskSet: string): Promise<void> => {
      const words = ['--task-set', taskSet, '--clients', '4', '--operations', '120', '--pseudo-root', '/deep/er'];
      const { exitCode, out, errors } = await tidemark(['zookeeper', '--hosts', hosts, '--json', ...words]).ended;
      expect(exitCode, errors).toBe(0);
      const { operations, report } = JSON.parse(out);
      const total = operations.at(-1);
      expect(total.failures, taskSet).toBe(0);
      expect(total.requests, taskSet).toBeGreaterThanOrEqual(120);
      expect(report, taskSet).toMatchObject({ sessions: 4, connectionLosses: 0 });
    };
    const waiting = TASK_SETS.values();
    const next = async (): Promise<void> => {
      for (const taskSet of waiting) await tried(taskSet);
    };
    await Promise.all([next(), next(), next()]);
    expect(await control.children(BASE)).toEqual([]);
  });

  it('tells how long a killed follower and a killed leader cost, and leaves nothing behind', async () => {
    const connectString = addresses.join(',') + BASE;
    const running = tidemark([
      'zookeeper',
      '--hosts',
      connectString,
      '--weights',
      'get=10,set=2,exists_watch=1,create_ephemeral=1',
      '--clients',
      '18',
      '--duration',
      '600',
      '--session-timeout',
      '20000',
      '--min-wait',
      '2',
      '--zk-metrics-collect',
      '250',
      '--report-dir',
      folder,
    ]);
    seen = await world.post({
      kind: 'zookeeper',
      target: { connectString },
      spec: {
        weights: { get: 1 },
        clients: 3,
        waitMs: { min: 20, max: 20 },
        durationMs: 600_000,
        metrics: { intervalMs: 250 },
      },
    });
    await world.reaches(seen, 'running', 60_000);
    await running.seen(/\d+ req\/s/);
    const [follower = 0] = await membersIn('follower');
    const [leader = 0] = await membersIn('leader');
    await servers.kill(`zookeeper.${follower}`);
    await running.seen(/server \S+ does not answer/);
    await servers.startOne(`zookeeper.${follower}`);
    await running.seen(/server \S+ answers again/);
    await servers.kill(`zookeeper.${leader}`);
    await running.seen(/leader: \S+ -> \S+/);
    await servers.startOne(`zookeeper.${leader}`);
    const noted = async () => AnnotationPage.parse(await world.call(`/v1/runs/${seen}/annotations`)).items;
    const ofLeader = expect.objectContaining({ label: expect.stringMatching(/^leader: \S+ -> \S+/) });
    await expect.poll(noted, { timeout: 60_000 }).toEqual(expect.arrayContaining([ofLeader]));
    await world.cancel(seen);
    running.child.kill('SIGINT');
    const { out, errors } = await running.ended;
    expect(out, errors).toMatch(/time to recover: \d+ ms on average/);
    const { sessions, annotations, series } = JSON.parse(readFileSync(join(folder, 'run.json'), 'utf8'));
    const report = ZookeeperReport.parse(sessions);
    expect(report).toMatchObject({ sessions: 18, sessionsExpired: 0 });
    expect(report.leaderChanges).toBeGreaterThanOrEqual(1);
    expect(report.sessionsMoved).toBeGreaterThan(0);
    expect(report.watchesRearmed).toBeGreaterThan(0);
    expect(report.outages.length).toBeGreaterThanOrEqual(2);
    for (const { recoveredMs } of report.outages) expect(recoveredMs).toBeLessThan(60_000);
    expect(report.recovery.count).toBe(report.connectionLosses);
    const labels: string[] = annotations.map(({ label }: { label: string }) => label);
    expect(labels).toEqual(expect.arrayContaining([expect.stringMatching(/^leader: /)]));
    expect(labels).toEqual(expect.arrayContaining([expect.stringMatching(/sessions lost .*recovered after \d+ ms/)]));
    expect(series.Total.at(-1).perSecond).toBeGreaterThan(0);
    const page = readFileSync(join(folder, 'report.html'), 'utf8');
    for (const title of ['Outstanding requests', 'Alive connections', 'Znodes and ephemerals', 'Watches', 'Outages'])
      expect(page).toContain(title);
    for (const address of addresses)
      expect(readdirSync(folder)).toContain(`zk-metrics-${address.replace(':', '_')}.csv`);
    expect((await world.ended(seen, 60_000)).status).toBe('cancelled');
    await expect.poll(() => control.children(BASE), { timeout: 30_000 }).toEqual([]);
    const drawn = await world.call(`/v1/runs/${seen}/server-metrics?key=znode_count`);
    const points = expect.arrayContaining([expect.anything()]);
    const lines = addresses.map((address) =>
      expect.objectContaining({ server: address, series: [expect.objectContaining({ key: 'znode_count', points })] }),
    );
    expect(drawn).toMatchObject({ items: lines });
  });

  it.skipIf(executablePath === undefined)(
    'draws a line for each server, and says when the leader changed',
    async () => {
      const browser = await chromium.launch({ executablePath: executablePath ?? '', args: ['--no-sandbox'] });
      try {
        const page = await browser.newPage({ viewport: { width: 1200, height: 900 } });
        page.setDefaultTimeout(30_000);
        await page.goto(`${world.url}/#/runs/${seen}`);
        await page
          .locator('.marks li')
          .filter({ hasText: /leader: \S+ -> \S+/ })
          .first()
          .waitFor();
        for (const title of ['Znodes', 'Connections', 'Outstanding requests']) {
          const chart = page.locator(`section[aria-label="Servers"] figure[aria-label="${title}"]`);
          await chart.locator('canvas').waitFor();
          const names = await chart.locator('.u-legend .u-label').allInnerTexts();
          // The first is of the time.
          expect(names.slice(1), title).toEqual(addresses.toSorted());
        }
      } finally {
        await browser.close();
      }
    },
  );
});
