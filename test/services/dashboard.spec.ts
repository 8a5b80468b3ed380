import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { get } from 'node:http';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { Summary } from '#libs/contract/summary.js';
import { requireBuild } from '../process/cli-program.js';
import { steadyWrites, World } from '../process/harness.js';

const executablePath = process.env['TIDEMARK_TEST_CHROMIUM'];
const KEY = 'a-key-for-the-dashboard-0123456789';

const BEARER = { authorization: `Bearer ${KEY}` };

/** Whether a chart's canvas holds lines, and not only axes: pixels of the first series' color. For the browser. */
const lineIn = (title: string) => `(() => {
  const canvas = document.querySelector('figure[aria-label="${title}"] canvas');
  if (canvas === null) return false;
  const color = getComputedStyle(canvas).getPropertyValue('--series-1').trim();
  const wanted = [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16));
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  let count = 0;
  for (let at = 0; at < data.length; at += 4)
    if (wanted.every((value, index) => data[at + index] === value)) count++;
  return count > 50;
})()`;

const Created = z.object({ id: z.string() });

describe.skipIf(executablePath === undefined)('the dashboard in Chromium', () => {
  let world: World;
  let browser: Browser;
  let page: Page;
  let contactPoint: string;
  const complaints: string[] = [];
  const asked: string[] = [];

  const watch = (watched: Page) => {
    watched.setDefaultTimeout(30_000);
    watched.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    watched.on('pageerror', (error) => complaints.push(error.message));
    watched.on('request', (request) => asked.push(request.url()));
    return watched;
  };
  const field = (path: string) => page.locator(`[data-path="${path}"]`).locator('input, textarea, select').first();
  const runId = () => new URL(page.url()).hash.replace('#/runs/', '');
  const hasStatus = (status: string, within = page) =>
    within.locator('.run-head .badges').getByText(status, { exact: true }).waitFor();
  /** No part of the page is wider than the screen. */
  const overflows = (of: Page) =>
    of.evaluate<boolean>('document.documentElement.scrollWidth > document.documentElement.clientWidth');
  const hasLine = (title: string) => page.evaluate<boolean>(lineIn(title));

  beforeAll(async () => {
    requireBuild();
    world = await World.create({ TIDEMARK_API_KEY: KEY });
    ({ contactPoint } = await world.simulator());
    await world.service(1);
    browser = await chromium.launch({ executablePath: executablePath ?? '', args: ['--no-sandbox'] });
    page = watch(await browser.newPage({ viewport: { width: 1200, height: 900 } }));
  });
  afterAll(async () => {
    await browser?.close();
    await world?.stop();
  });

  it('asks for a key where the service wants one, and shows the list with it', async () => {
    await page.goto(world.url);
    const dialog = page.getByRole('dialog', { name: 'Sign in' });
    await dialog.getByLabel('API key').fill(KEY);
    // What was refused before is told on the console by the browser itself.
    expect(complaints.filter((text) => !text.includes('401'))).toEqual([]);
    complaints.length = 0;
    await dialog.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('There are no runs yet').waitFor();
  });

  it('starts a run from the form, whose problems stand at their fields', async () => {
    await page.getByRole('link', { name: 'Start a run' }).first().click();
    await page.getByLabel('Kind').selectOption('stress');
    await page.getByLabel('Begin with').selectOption('stressWrite');
    await field('name').fill('from the form');
    await field('target.contactPoints.0').fill(contactPoint);
    const rate = page.locator('fieldset[data-path="spec.rate"]');
    await rate.getByLabel('which form').selectOption({ label: 'open' });
    await field('spec.rate.threads').fill('none');
    await field('spec.rate.ratePerSecond').fill('400');
    const stop = page.locator('fieldset[data-path="spec.stop"]');
    await stop.getByLabel('which form').selectOption({ label: 'duration' });
    await field('spec.stop.durationMs').fill('5000');
    await page.getByRole('button', { name: 'Check it' }).click();
    const issues = page.locator('.field[data-path="spec.rate.threads"] .issues');
    await issues.getByText('expected a number, found "none"').waitFor();
    expect(await field('spec.rate.threads').getAttribute('aria-invalid')).toBe('true');
    await field('spec.rate.threads').fill('8');
    await page.getByRole('button', { name: 'Check it' }).click();
    await page.getByText('The service would take it').waitFor();
    expect(await issues.innerText()).toBe('');
    // A double click makes one run: both posts carry one key.
    await page.getByRole('button', { name: 'Start the run' }).dblclick();
    await page.getByRole('heading', { name: 'from the form' }).waitFor();
    expect(await world.call('/v1/runs', { headers: BEARER })).toMatchObject({
      items: [{ id: runId(), spec: { rate: { model: 'open', threads: 8, ratePerSecond: 400 } } }],
    });
  });

  it('shows it live, with notes as marks, and then its result', async () => {
    await hasStatus('running');
    await page.getByLabel('Note what happens now').fill('<b>node 3</b> restarted');
    await page.getByRole('button', { name: 'Add' }).click();
    await page.locator('.marks li').getByText('<b>node 3</b> restarted').waitFor();
    await page.locator('.tile .value').first().waitFor();
    expect(await page.getByText('So far; rates and latencies').count()).toBe(1);
    // A line needs two intervals; a busy machine draws them late.
    await expect.poll(() => hasLine('Throughput, op/s'), { timeout: 20_000 }).toBe(true);
    await hasStatus('completed');
    await page.getByText('Of the whole run, from merged histograms.').waitFor();
    const { operations } = Summary.parse(await world.call(`/v1/runs/${runId()}/summary`, { headers: BEARER }));
    const cells = (await page.locator('table.figures tbody tr').first().innerText()).split(/\s+/);
    const { completed = 0, failed, dropped } = operations['WRITE'] ?? {};
    expect(completed).toBeGreaterThan(500);
    expect([cells[0], ...cells.slice(2, 6)]).toEqual(
      ['WRITE', completed.toLocaleString('en'), failed, dropped, 'response'].map(String),
    );
    await expect.poll(() => hasLine('Latency'), { timeout: 20_000 }).toBe(true);
    expect(await page.locator('.run-head .badges').innerText()).toMatch(
      /no verdict[\s\S]+(valid|degraded|invalid)[\s\S]+simulated/,
    );
  });

  it('gives the HDR log and the intervals to take away, with the key', async () => {
    const download = async (name: string) => {
      const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name }).click()]);
      return { name: file.suggestedFilename(), text: await readFile(await file.path(), 'utf8') };
    };
    const hdr = await download('Histograms (HDR log)');
    expect(hdr.name).toMatch(/^stress-[0-9a-f]{8}\.hdr$/);
    expect(hdr.text).toMatch(/^#\[Histogram log format version 1\.3\]|^#.*1\.3/m);
    expect(hdr.text).toContain('Tag=WRITE-rt');
    const csv = await download('Intervals (CSV)');
    expect(csv.text.split('\n').length).toBeGreaterThan(5);
    expect(await page.getByRole('link', { name: 'Report (HTML)' }).getAttribute('href')).toBe(
      `${world.url}/v1/runs/${runId()}/report`,
    );
  });

  it('fills the form with a run, to start one like it', async () => {
    await page.getByRole('link', { name: 'Start one like it' }).click();
    await page.locator('.run-form').waitFor();
    expect(await page.getByLabel('How it is written').inputValue()).toBe('fields');
    expect(await field('name').inputValue()).toBe('from the form');
    expect(await field('spec.rate.ratePerSecond').inputValue()).toBe('400');
  });

  it('cancels a run after asking, and finds it in the list on a phone', async () => {
    const headers = { ...BEARER, 'content-type': 'application/json' };
    const body = JSON.stringify({
      kind: 'stress',
      name: 'a long one',
      labels: { team: 'storage' },
      target: { contactPoints: [contactPoint] },
      spec: steadyWrites(120_000),
    });
    const { id } = Created.parse(await world.call('/v1/runs', { method: 'POST', headers, body }));
    await page.goto(`${world.url}/#/runs/${id}`);
    await hasStatus('running');
    await page.getByRole('button', { name: 'Cancel', exact: true }).click();
    await page.getByLabel('Reason').fill('seen enough');
    await page.getByRole('button', { name: 'Cancel the run' }).click();
    await hasStatus('cancelled');
    await page.getByText('seen enough').first().waitFor();
    await page.getByRole('button', { name: 'Run again' }).waitFor();

    await page.setViewportSize({ width: 360, height: 740 });
    expect(await overflows(page)).toBe(false);
    await page.getByRole('link', { name: 'Runs' }).click();
    await page.getByRole('link', { name: 'a long one' }).waitFor();
    expect(await page.locator('tr[data-run]').count()).toBe(2);
    await page.getByLabel('Label').fill('team:storage');
    await page.getByLabel('Label').press('Enter');
    await page.getByRole('link', { name: 'from the form' }).waitFor({ state: 'detached' });
    expect(await page.locator('tr[data-run]').innerText()).toContain('cancelled');
    expect(await overflows(page)).toBe(false);
    await page.getByRole('link', { name: 'Start a run' }).first().click();
    await page.getByLabel('Kind').selectOption('suite');
    await page.getByText('spec').first().waitFor();
    expect(await overflows(page)).toBe(false);
    await page.getByRole('link', { name: 'Executors' }).click();
    await page.getByText('executor-0').waitFor();
    expect(await overflows(page)).toBe(false);
  });

  it('asks nobody but the service, and breaks no rule of its own', async () => {
    expect(asked.filter((url) => !url.startsWith(`${world.url}/`) && !url.startsWith(`blob:${world.url}/`))).toEqual(
      [],
    );
    expect(complaints).toEqual([]);
    const answer = await fetch(world.url);
    const policy = answer.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self';");
    expect(policy).not.toMatch(/unsafe|upgrade-insecure/);
    expect(answer.headers.get('cache-control')).toBe('no-cache');
    const script = /src="(assets\/main-\w+\.js)"/.exec(await answer.text())?.[1] ?? '';
    const file = await fetch(`${world.url}/${script}`);
    expect(file.headers.get('cache-control')).toContain('immutable');
    expect(file.headers.get('content-encoding')).toBe('gzip');
    // fetch adds a cache-control of its own, which asks for the whole.
    const [again] = await once(
      get(world.url, { headers: { 'if-none-match': answer.headers.get('etag') ?? '' } }),
      'response',
    );
    expect(again).toMatchObject({ statusCode: 304 });
  });
});
