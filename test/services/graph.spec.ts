import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { requireBuild, tidemark } from '../process/cli-program.js';
import { World } from '../process/harness.js';

const executablePath = process.env['TIDEMARK_TEST_CHROMIUM'];

describe.skipIf(executablePath === undefined)('the page of tidemark stress -graph in Chromium', () => {
  let world: World;
  let folder: string;
  let browser: Browser;
  let page: Page;
  const complaints: string[] = [];
  const asked: string[] = [];
  const file = () => join(folder, 'load.html');

  beforeAll(async () => {
    requireBuild();
    folder = await mkdtemp(join(tmpdir(), 'tidemark-graph-'));
    world = await World.create();
    const { port } = await world.simulator();
    const stress = async (words: string) => {
      const line = `${words} -node 127.0.0.1 -port native=${port} -graph file=${file()} title=Load`;
      const { exitCode, errors } = await tidemark(['stress', ...line.split(' ')]).ended;
      expect(exitCode, errors).toBe(0);
    };
    await stress('write duration=3s cl=ONE no-warmup -rate threads=8 fixed=500/s -log interval=500ms');
    await stress(
      'mixed ratio(write=1,read=1) n=4000 cl=ONE no-warmup -rate threads=4 -errors ignore -log interval=100ms',
    );
    browser = await chromium.launch({ executablePath: executablePath ?? '', args: ['--no-sandbox'] });
    page = await browser.newPage();
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('request', (request) => asked.push(request.url()));
    await page.goto(pathToFileURL(file()).href);
  });
  afterAll(async () => {
    await browser?.close();
    await world?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const lines = () =>
    page.locator('#chart path.line').evaluateAll((paths) => paths.map((path) => path.getAttribute('d') ?? ''));

  it('lists both runs and draws a line for each', async () => {
    expect(await page.locator('#list tbody tr').count()).toBe(2);
    const drawn = await lines();
    expect(drawn).toHaveLength(2);
    for (const path of drawn) expect(path.match(/[ML]/g)?.length ?? 0).toBeGreaterThan(2);
    // The fixed rate is a level line: its points lie within a few pixels of each other but for the edges.
    expect(await page.locator('#list tbody tr').first().innerText()).toContain('WRITE unknown at 500/s');
  });

  it('draws another figure and another operation when they are chosen', async () => {
    const before = await lines();
    await page.locator('#metric').selectOption('p99Ms');
    const after = await lines();
    expect(after).not.toEqual(before);
    expect(await page.locator('#caption').innerText()).toContain('Latency 99th percentile of all operations');
    expect(await page.locator('#caption').innerText()).toContain('The two are not alike');
    await page.locator('#operation').selectOption('READ');
    // Only the mixed run reads.
    expect(await lines()).toHaveLength(1);
    await page.locator('#operation').selectOption('total');
    await page.locator('#clock').selectOption('responseTime');
    expect(await lines()).toHaveLength(1);
    await page.locator('#clock').selectOption('promised');
  });

  it('hides a run that is unticked, and tells the figures under the pointer', async () => {
    await page.locator('#metric').selectOption('ratePerSecond');
    await page.locator('#list tbody input').first().uncheck();
    expect(await lines()).toHaveLength(1);
    await page.locator('#list tbody input').first().check();
    await page.locator('#chart').hover();
    expect(await page.locator('#readout').innerText()).toMatch(
      /s: WRITE unknown [\d.,]+ op\/s; MIXED unknown [\d.,]+ op\/s/,
    );
  });

  it('has a table of the shards of a target that shows them', async () => {
    expect(await page.locator('#shards').isVisible()).toBe(false);
    const scylla = await world.simulator('--personality', 'scylla', '--shards', '2');
    const path = join(folder, 'shards.html');
    const line = `write n=2000 cl=ONE no-warmup -rate threads=8 -node 127.0.0.1 -port native=${scylla.port} -graph file=${path}`;
    const { exitCode, errors } = await tidemark(['stress', ...line.split(' ')]).ended;
    expect(exitCode, errors).toBe(0);
    const other = await browser.newPage();
    await other.goto(pathToFileURL(path).href);
    const rows = await other.locator('#shard-list tbody tr').allInnerTexts();
    expect(rows.map((row) => row.split('\t').slice(1, 3))).toEqual(
      [0, 1].map((shard) => [`127.0.0.1:${scylla.port}`, String(shard)]),
    );
    const requests = rows.map((row) => Number(row.split('\t')[3]?.replaceAll(',', '')));
    expect(requests.reduce((sum, count) => sum + count, 0)).toBe(2000);
    await other.close();
  });

  it('says that the target was simulated, asks no network and breaks no rule of its own', async () => {
    expect(await page.locator('#list tbody tr').first().innerText()).toContain('simulated');
    expect(asked.filter((url) => !url.startsWith('file:'))).toEqual([]);
    expect(complaints).toEqual([]);
    expect(await readFile(file(), 'utf8')).not.toMatch(/https?:\/\/(?!www\.w3\.org\/2000\/svg)/);
  });
});
