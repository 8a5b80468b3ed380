import { gunzipSync } from 'node:zlib';
import { request } from 'node:http';
import Papa from 'papaparse';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { Annotation } from '#libs/contract/artifact.js';
import { IntervalStats } from '#libs/contract/interval.js';
import { Problem } from '#libs/contract/problem.js';
import { Run } from '#libs/contract/run.js';
import { Summary } from '#libs/contract/summary.js';
import { followRun, type FollowedEvent } from '#libs/client/events.js';
import type { Claim } from '#libs/store/port.js';
import { aSnapshot, beginRun, endRun, NOON_MS, startTestApi, type TestApi } from '../../../test/api-server.js';
import { aSummary } from '../../../test/sample-run.js';
import { IntervalPage, LogPage, WindowStats } from './results.schema.js';

const JsonReport = z.object({
  run: Run,
  summary: Summary,
  annotations: z.array(Annotation),
  intervals: z.array(IntervalStats),
});
const pick = ({
  interval,
  operation,
  completed,
}: {
  interval?: unknown;
  operation?: unknown;
  completed?: unknown;
}) => ({
  interval,
  operation,
  completed,
});

const hundred = (value: number) => Array.from({ length: 100 }, () => value);

/** Two executors, four seconds: 0 answers in 1 ms, 1 in 3 ms; executor 1 writes only. */
async function measure(api: TestApi, claims: readonly Claim[]): Promise<void> {
  for (let second = 0; second < 4; second += 1) {
    const [first, other] = claims;
    if (first === undefined || other === undefined) throw new Error('expected two claims');
    await api.store.intervals.append(first, 'executor-0', [aSnapshot(second, { READ: hundred(1), WRITE: hundred(1) })]);
    await api.store.intervals.append(other, 'executor-1', [aSnapshot(second, { WRITE: hundred(3) })]);
  }
}

const near = (value: number) => ({ asymmetricMatch: (actual: number) => Math.abs(actual - value) <= value * 0.001 });

describe('results', () => {
  let api: TestApi;
  let id = '';
  let path = '';

  beforeAll(async () => {
    api = await startTestApi();
    const answer = await api.post('/v1/runs', {
      kind: 'stress',
      name: 'two executors',
      target: { contactPoints: ['127.0.0.1'] },
      placement: { executors: 2 },
      spec: { operation: 'mixed', stop: { type: 'operations', count: 1200 }, rate: { model: 'closed', threads: 2 } },
    });
    ({ id } = Run.parse(answer.json));
    path = `/v1/runs/${id}`;
  });
  afterAll(() => api.close());

  it('are not there before the run has ended', async () => {
    const answer = await api.get(`${path}/summary`);
    expect(answer.status).toBe(409);
    expect(Problem.parse(answer.json).code).toBe('NO_RESULT_YET');
    expect(IntervalPage.parse((await api.get(`${path}/intervals`)).json)).toEqual({ items: [], nextCursor: null });
    expect(WindowStats.parse((await api.get(`${path}/stats`)).json)).toEqual({
      fromMs: null,
      toMs: null,
      intervals: 0,
      operations: {},
    });
  });

  it('are followed live, from the first status to the end', async () => {
    const events: FollowedEvent[] = [];
    const claims = await beginRun(api.store, id);
    const reading = (async () => {
      for await (const event of followRun(api.url, id)) events.push(event);
    })();
    await api.store.log.add(id, [
      { atMs: NOON_MS, level: 'info', source: 'executor:executor-0', message: 'connected' },
    ]);
    await measure(api, claims);
    await api.store.runs.saveSummary(id, aSummary());
    await endRun(api.store, claims, NOON_MS + 4000);
    await reading;
    const types = events.map(({ event }) => event.type);
    expect(types.filter((type) => type === 'interval')).toHaveLength(4 * 3);
    const statuses = events.flatMap(({ event }) => (event.type === 'status' ? [event.data.to] : []));
    expect(statuses).toEqual(['queued', 'preparing', 'ready', 'running', 'finishing', 'completed']);
    const lines = events.flatMap(({ event }) => (event.type === 'log' ? [event.data.message] : []));
    expect(lines).toContain('connected');
    expect(events.at(-1)?.event).toMatchObject({ type: 'status', data: { to: 'completed' } });
  });

  it('resume after any event with exactly the ones after it', async () => {
    const read = async (lastEventId?: string) => {
      const events: FollowedEvent[] = [];
      for await (const event of followRun(api.url, id, { lastEventId })) events.push(event);
      return events;
    };
    const all = await read();
    expect(new Set(all.map((event) => event.id)).size).toBe(all.length);
    for (const [index, event] of all.entries()) expect(await read(event.id), event.id).toEqual(all.slice(index + 1));
  });

  it('answer 204 to a reader that has seen everything', async () => {
    const last =
      (await api.get(`${path}/events`)).text
        .match(/^id: (.*)$/gm)
        ?.at(-1)
        ?.slice(4) ?? '';
    expect((await api.get(`${path}/events`, { 'last-event-id': last })).status).toBe(204);
  });

  it('show the summary', async () => {
    expect((await api.get(`${path}/summary`)).json).toEqual(aSummary());
  });

  it('merge the histograms of executors, interval by interval', async () => {
    const { items, nextCursor } = IntervalPage.parse((await api.get(`${path}/intervals`)).json);
    expect(nextCursor).toBeNull();
    expect(items.map(({ interval, operation }) => `${interval} ${operation}`)).toEqual(
      [0, 1, 2, 3].flatMap((interval) => ['READ', 'WRITE', 'total'].map((operation) => `${interval} ${operation}`)),
    );
    expect(items[1]).toMatchObject({
      startMs: NOON_MS,
      lengthMs: 1000,
      executorId: null,
      completed: 200,
      ratePerSecond: 200,
      serviceTime: { count: 200, p50Ms: near(1), p95Ms: near(3), meanMs: near(2), minMs: near(1), maxMs: near(3) },
      responseTime: null,
    });
    expect(items[2]).toMatchObject({ operation: 'total', completed: 300, serviceTime: { count: 300, p50Ms: near(1) } });
  });

  it('select operation, executor and window', async () => {
    const intervals = async (query: string) =>
      IntervalPage.parse((await api.get(`${path}/intervals?${query}`)).json).items;
    expect((await intervals('op=READ')).map(({ completed }) => completed)).toEqual([100, 100, 100, 100]);
    expect(await intervals('op=NONE')).toEqual([]);
    const ofOne = await intervals('executor=executor-1&op=total');
    expect(ofOne).toHaveLength(4);
    expect(ofOne[0]).toMatchObject({ executorId: 'executor-1', completed: 100, serviceTime: { p50Ms: near(3) } });
    const window = await intervals(`from=${NOON_MS + 1000}&to=${NOON_MS + 3000}&op=total`);
    expect(window.map(({ interval }) => interval)).toEqual([1, 2]);
  });

  it('merge intervals to a coarser resolution', async () => {
    const answer = await api.get(`${path}/intervals?resolution=2s&op=WRITE`);
    const { items } = IntervalPage.parse(answer.json);
    expect(items).toMatchObject([
      {
        interval: 0,
        startMs: NOON_MS,
        lengthMs: 2000,
        completed: 400,
        ratePerSecond: 200,
        serviceTime: { count: 400 },
      },
      { interval: 1, startMs: NOON_MS + 2000, lengthMs: 2000, completed: 400, serviceTime: { p95Ms: near(3) } },
    ]);
    const odd = Problem.parse((await api.get(`${path}/intervals?resolution=1500ms`)).json);
    expect(odd.errors).toEqual([{ path: 'resolution', message: expect.stringContaining('multiple of') }]);
  });

  it('page without cutting an interval in two', async () => {
    const items: IntervalStats[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const query: string = `limit=4${cursor === '' ? '' : `&cursor=${cursor}`}`;
      const page: IntervalPage = IntervalPage.parse((await api.get(`${path}/intervals?${query}`)).json);
      expect(page.items).toHaveLength(3);
      items.push(...page.items);
      cursor = page.nextCursor;
    }
    expect(items).toEqual(IntervalPage.parse((await api.get(`${path}/intervals`)).json).items);
  });

  it('give the figures of a window from its histograms', async () => {
    const answer = await api.get(`${path}/stats?from=${NOON_MS + 1000}&to=${NOON_MS + 3000}`);
    expect(WindowStats.parse(answer.json)).toMatchObject({
      fromMs: NOON_MS + 1000,
      toMs: NOON_MS + 3000,
      intervals: 2,
      operations: {
        READ: { completed: 200, ratePerSecond: 100, serviceTime: { p50Ms: near(1) } },
        WRITE: { completed: 400, serviceTime: { count: 400, p50Ms: near(1), p95Ms: near(3) } },
        total: { completed: 600, ratePerSecond: 300 },
      },
    });
  });

  it('download as an HDR log, whole or in part', async () => {
    const whole = await api.get(`${path}/hdr`);
    expect(whole.headers.get('content-disposition')).toBe(`attachment; filename="${id}.hdr"`);
    const tags = (text: string) => [...text.matchAll(/^Tag=([^,]+),([^,]+),/gm)].map(([, tag, at]) => `${tag} ${at}`);
    expect(whole.text).toContain('#[Histogram log format version 1.3]');
    expect(tags(whole.text)).toHaveLength(4 * 2);
    expect(tags(whole.text).slice(0, 3)).toEqual(['READ-st 0.000', 'WRITE-st 0.000', 'READ-st 1.000']);
    expect(tags((await api.get(`${path}/hdr?op=WRITE&type=st&from=${NOON_MS + 2000}`)).text)).toEqual([
      'WRITE-st 2.000',
      'WRITE-st 3.000',
    ]);
    expect(tags((await api.get(`${path}/hdr?op=total&executor=executor-1`)).text)).toHaveLength(4);
    expect(tags((await api.get(`${path}/hdr?type=rt`)).text)).toEqual([]);
  });

  it('are compressed for those who accept it', async () => {
    const plain = (await api.get(`${path}/hdr`, { 'accept-encoding': 'identity' })).text;
    const raw = await new Promise<{ encoding: string | undefined; body: Buffer }>((resolve, reject) => {
      request(`${api.url}${path}/hdr`, { headers: { 'accept-encoding': 'gzip' } }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () =>
          resolve({ encoding: response.headers['content-encoding'], body: Buffer.concat(chunks) }),
        );
      })
        .on('error', reject)
        .end();
    });
    expect(raw.encoding).toBe('gzip');
    expect(gunzipSync(raw.body).toString()).toBe(plain);
  });

  it('show the log, page by page', async () => {
    const page = LogPage.parse((await api.get(`${path}/log?limit=1`)).json);
    expect(page.items).toMatchObject([{ message: 'connected', level: 'info' }]);
    const next = LogPage.parse((await api.get(`${path}/log?cursor=${page.nextCursor}`)).json);
    expect(next.items.map(({ message }) => message)).not.toContain('connected');
    expect(next.nextCursor).toBeNull();
  });

  it('say the same as a page, as JSON and as CSV', async () => {
    await api.post(`${path}/annotations`, { at: new Date(NOON_MS + 1500).toISOString(), label: 'node <1> stopped' });
    const document = JsonReport.parse((await api.get(`${path}/report.json`)).json);
    expect(document).toMatchObject({
      run: { id, name: 'two executors', status: 'completed' },
      summary: { durationMs: 2000 },
      annotations: [{ label: 'node <1> stopped' }],
    });
    expect(document.intervals).toHaveLength(12);
    const csv = await api.get(`${path}/report.csv`);
    expect(csv.headers.get('content-type')).toBe('text/csv; charset=utf-8');
    const { data } = Papa.parse<Record<string, string>>(csv.text, { header: true, skipEmptyLines: true });
    expect(csv.text.split('\r\n')[1]).toMatch(/^0,2025-11-21T00:00:00.000Z,1000,READ,,100,100,0,0,0,100,100,100,100,/);
    const told = (rows: readonly { interval: unknown; operation?: unknown; completed?: unknown; p99: unknown }[]) =>
      rows.map((row) => Object.values(row).map(String).join(' '));
    expect(told(data.map((row) => ({ ...pick(row), p99: row['st.p99Ms'] === '' ? null : row['st.p99Ms'] })))).toEqual(
      told(document.intervals.map((row) => ({ ...pick(row), p99: row.serviceTime.p99Ms }))),
    );
    const page = await api.get(`${path}/report`);
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    const sum = (operation: string) =>
      document.intervals.reduce((all, row) => all + (row.operation === operation ? row.completed : 0), 0);
    const [, results = ''] = page.text.split('<h2>Results</h2>');
    // The summary of this test is a sample: the page has its figures, and those of the intervals in the percentiles.
    const { ratePerSecond, completed } = aSummary().operations['WRITE'] ?? { ratePerSecond: 0, completed: 0 };
    expect(results).toContain(`<td>WRITE</td><td>${ratePerSecond}</td><td>${completed}</td>`);
    expect([sum('READ'), sum('WRITE'), sum('total')]).toEqual([400, 800, 1200]);
    const [, percentiles = ''] = page.text.split('<h2>Percentiles</h2>');
    const stats = WindowStats.parse((await api.get(`${path}/stats`)).json).operations['WRITE']?.serviceTime;
    const row = percentiles.match(/<td>WRITE<\/td><td>service<\/td>(.*?)<\/tr>/)?.[1] ?? '';
    const cells = [...row.matchAll(/<td>(.*?)<\/td>/g)].map(([, cell]) => cell);
    expect([cells[0], cells[5], cells.at(-1)]).toEqual(
      [stats?.p50Ms, stats?.p95Ms, stats?.maxMs].map((ms) => ms?.toFixed(2)),
    );
    expect(page.text).toContain('node &lt;1&gt; stopped');
  });

  it('lay runs of one kind over each other, and refuse others with a reason', async () => {
    const create = async (body: unknown) => Run.parse((await api.post('/v1/runs', body)).json).id;
    const target = { contactPoints: ['127.0.0.1'] };
    const again = Run.parse((await api.post(`${path}/rerun`)).json).id;
    const page = await api.get(`${path}/report?with=${again},${id}`);
    expect(page.status).toBe(200);
    expect(page.text.match(/<th>two executors<\/th>/g)).toHaveLength(2);
    const other = await create({ kind: 'query', target, spec: { dataset: 'rows' } });
    const refused = Problem.parse((await api.get(`${path}/report?with=${other}`)).json);
    expect(refused).toMatchObject({ status: 409, code: 'RUNS_NOT_COMPARABLE' });
    expect(refused.detail).toContain(`Run ${other} is of kind query`);
    expect((await api.get(`${path}/report?with=${'0'.repeat(8)}`)).status).toBe(404);
    const waiting = await api.get(`/v1/runs/${again}/report`);
    expect(waiting.text).toContain('<small>Status</small><b>queued</b>');
    expect(waiting.text).toContain('Nothing was measured.');
  });

  it('print what cassandra-stress would have printed', async () => {
    const answer = await api.get(`${path}/stdout`);
    expect(answer.headers.get('content-type')).toBe('text/plain; charset=utf-8');
    expect(answer.text).toMatch(/^type +total ops,/m);
    const totals = answer.text.match(/^total, .*$/gm) ?? [];
    expect(totals.length).toBeGreaterThanOrEqual(4);
    expect(answer.text).toMatch(/^Op rate +:/m);
    expect(answer.text.trimEnd().endsWith('END')).toBe(true);
  });
});
