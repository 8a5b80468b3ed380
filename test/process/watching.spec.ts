import { spawnSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { Run } from '#libs/contract/run.js';
import { isEnded } from '#libs/contract/status.js';
import { type Exposition, parseExposition } from '../exposition.js';
import { startSpanReceiver, type SpanReceiver } from '../span-receiver.js';
import { type Child, operations, steadyWrites, World } from './harness.js';

const TOKEN = 'a-token-for-metrics';
const PASSWORD = 'hunter2-and-more';
const CORRELATION = 'nightly-4711';
const TRACE = 'c0ffee00c0ffee00c0ffee00c0ffee00';

const LogRecord = z.object({
  time: z.iso.datetime(),
  level: z.enum(['error', 'warn', 'info', 'debug']),
  message: z.string(),
  run: z.string().optional(),
  correlationId: z.string().optional(),
});
const linesOf = ({ err }: Child) =>
  err
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => LogRecord.parse(JSON.parse(line)));

let world: World;
let receiver: SpanReceiver;
let api: Child;
let executor: Child;
let metricsUrl = '';
let runId = '';
let contactPoint = '';
let busy: Exposition | undefined;

const scrape = async (url: string, headers: Record<string, string> = {}): Promise<Exposition> => {
  const answer = await fetch(`${url}/metrics`, { headers });
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}`);
  expect(answer.headers.get('content-type')).toContain('text/plain; version=0.0.4');
  return parseExposition(await answer.text());
};
const ofExecutor = () => scrape(metricsUrl, { authorization: `Bearer ${TOKEN}` });

async function until<T>(what: string, look: () => Promise<T | undefined> | T | undefined, withinMs = 60_000) {
  for (const endMs = Date.now() + withinMs; ; await sleep(50)) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() > endMs) throw new Error(`there was no ${what} within ${withinMs} ms`);
  }
}

beforeAll(async () => {
  receiver = await startSpanReceiver();
  world = await World.create({ TIDEMARK_LOG_LEVEL: 'debug' });
  ({ contactPoint } = await world.simulator());
  api = await world.api({ TIDEMARK_OTLP_URL: receiver.url });
  executor = await world.executor({
    TIDEMARK_EXECUTOR_ID: 'watched',
    TIDEMARK_EXECUTOR_LABELS: 'region=eu',
    TIDEMARK_METRICS_PORT: '0',
    TIDEMARK_METRICS_TOKEN: TOKEN,
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
  });
  [, metricsUrl = ''] = await executor.says(/metrics on (http:\S+)\/metrics/);
  const answer = await fetch(`${world.url}/v1/runs`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-correlation-id': CORRELATION,
      traceparent: `00-${TRACE}-00f067aa0ba902b7-01`,
    },
    body: JSON.stringify({
      kind: 'stress',
      target: { contactPoints: [contactPoint], username: 'ann', password: PASSWORD },
      spec: steadyWrites(3_000),
    }),
  });
  const run = Run.parse(await answer.json());
  runId = run.id;
  expect(answer.headers.get('x-correlation-id')).toBe(CORRELATION);
  expect(run.correlationId).toBe(CORRELATION);
  busy = await until('interval in the metrics', async () => {
    const seen = await ofExecutor();
    return seen.values('tidemark_run_operations_per_second').length > 0 ? seen : undefined;
  });
  await until('end of the run', async () => (isEnded((await world.run(runId)).status) ? true : undefined));
  expect((await world.run(runId)).status).toBe('completed');
}, 180_000);

afterAll(async () => {
  await world?.stop();
  receiver?.close();
});

describe('the metrics of an executor', () => {
  it('say what the run under way does', () => {
    expect(busy?.values('tidemark_run_info', { run: runId, kind: 'stress' })).toEqual([1]);
    const [rate = 0] = busy?.values('tidemark_run_operations_per_second', { operation: 'WRITE' }) ?? [];
    expect(rate).toBeGreaterThan(0);
    expect(busy?.values('tidemark_run_latency_seconds', { clock: 'rt', quantile: '0.5' })[0]).toBeGreaterThan(0);
    expect(busy?.values('tidemark_flush_lag_seconds')).toHaveLength(1);
  });

  it('count its shards, heartbeats, intervals, operations and waits', async () => {
    const seen = await until('end of the shard in the metrics', async () => {
      const now = await ofExecutor();
      return now.values('tidemark_shards_ended_total', { kind: 'stress', outcome: 'ran' })[0] === 1 ? now : undefined;
    });
    expect(seen.values('tidemark_claims_total', { kind: 'stress' })).toEqual([1]);
    expect(seen.values('tidemark_run_wait_seconds_count')).toEqual([1]);
    expect(seen.values('tidemark_lease_renewals_total', { result: 'renewed' })[0]).toBeGreaterThan(2);
    const { completed = 0 } = (await world.summary(runId)).operations['total'] ?? {};
    expect(completed).toBeGreaterThan(100);
    expect(seen.values('tidemark_operations_total', { operation: 'WRITE', result: 'ok' })).toEqual([completed]);
    // The histogram has every operation of every interval.
    expect(seen.values('tidemark_operation_service_seconds_count', { operation: 'WRITE' })).toEqual([completed]);
    const intervals = await world.intervals(runId);
    expect(seen.values('tidemark_intervals_written_total')).toEqual([
      new Set(intervals.map(({ interval }) => interval)).size,
    ]);
    for (const phase of ['claim', 'prepare', 'barrier', 'run', 'finish'])
      expect(seen.values('tidemark_run_phase_seconds_count', { phase }), phase).toEqual([1]);
    expect(seen.values('tidemark_run_info')).toEqual([]);
    expect(seen.values('tidemark_executor_info', { executor: 'watched', labels: 'region=eu' })).toEqual([1]);
    expect(seen.values('nodejs_eventloop_lag_seconds')).toHaveLength(1);
  });

  it('are for those who have the token, while health is for everybody', async () => {
    expect((await fetch(`${metricsUrl}/metrics`)).status).toBe(401);
    expect((await fetch(`${metricsUrl}/metrics`, { headers: { authorization: 'Bearer no' } })).status).toBe(401);
    expect((await fetch(`${metricsUrl}/health/live`)).status).toBe(200);
    expect(await (await fetch(`${metricsUrl}/health/ready`)).json()).toEqual({ status: 'ok' });
    expect((await fetch(`${metricsUrl}/other`)).status).toBe(404);
    expect((await fetch(`${metricsUrl}/metrics`, { method: 'POST' })).status).toBe(405);
  });
});

describe('the metrics of the service', () => {
  it('say how many runs there are, what waits and how many executors would have work', async () => {
    await world.post({
      kind: 'stress',
      target: { contactPoints: [contactPoint] },
      spec: operations('write', 10),
      placement: { executors: 3 },
    });
    const seen = await until('waiting run', async () => {
      const now = await scrape(world.url);
      return now.values('tidemark_queue_depth')[0] === 1 ? now : undefined;
    });
    expect(seen.values('tidemark_runs', { status: 'completed', kind: 'stress' })).toEqual([1]);
    expect(seen.values('tidemark_runs', { status: 'queued', kind: 'stress' })).toEqual([1]);
    expect(seen.values('tidemark_runs', { status: 'queued', kind: 'query' })).toEqual([0]);
    expect(seen.values('tidemark_executors_wanted')).toEqual([3]);
    expect(seen.values('tidemark_executors', { state: 'idle' })).toEqual([1]);
    expect(seen.values('tidemark_database_up')).toEqual([1]);
    expect(
      seen.values('tidemark_http_request_duration_seconds_count', { method: 'POST', route: '/v1/runs', status: '201' }),
    ).toEqual([2]);
  });
});

describe('the logs', () => {
  it('of both processes carry the correlation id of the request that made the run', () => {
    expect(
      linesOf(api)
        .filter(({ correlationId }) => correlationId === CORRELATION)
        .map(({ message }) => message),
    ).toEqual(
      expect.arrayContaining([`run ${runId} (stress) is queued`, expect.stringMatching(/^POST \/v1\/runs 201 /)]),
    );
    expect(linesOf(api).filter(({ run }) => run === runId).length).toBeGreaterThan(0);
    const ofRun = linesOf(executor).filter(({ run }) => run === runId);
    expect(ofRun.length).toBeGreaterThan(0);
    for (const line of ofRun) expect(line.correlationId).toBe(CORRELATION);
  });

  it('have no secret in them', async () => {
    // A login that cannot be used makes drivers speak of it.
    for (const { out, err } of [api, executor]) {
      expect(out + err).not.toContain(PASSWORD);
      expect(out + err).not.toContain(TOKEN);
    }
  });
});

describe('the trace', () => {
  it('costs nothing when it is off: its packages are not even loaded', () => {
    const loaded = (url: string) => {
      const script = `
        const { openTracing } = await import('./dist/libs/telemetry/open-tracing.js');
        await import('./dist/apps/executor/executor.js');
        await openTracing({ url: ${url}, service: 's', instance: 'i' });
        const { createRequire } = await import('node:module');
        const files = Object.keys(createRequire(import.meta.url).cache);
        console.log(files.filter((file) => file.includes('@opentelemetry')).length);`;
      const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
      return Number(stdout);
    };
    expect(loaded("'http://127.0.0.1:1'")).toBeGreaterThan(10);
    expect(loaded('undefined')).toBe(0);
  });

  it('goes from the caller through the service to every phase on the executor', async () => {
    const spans = await until('finished trace', () => {
      const own = receiver.spans.filter(({ traceId }) => traceId === TRACE);
      return own.some(({ name }) => name === 'stress shard') && own.some(({ kind }) => kind === 2) ? own : undefined;
    });
    const request = spans.find(({ name }) => name === 'POST /v1/runs');
    expect(request).toMatchObject({
      service: 'tidemark-api',
      parentSpanId: '00f067aa0ba902b7',
      attributes: { 'http.response.status_code': 201, 'tidemark.correlation_id': CORRELATION },
    });
    const shard = spans.find(({ name }) => name === 'stress shard');
    expect(shard).toMatchObject({
      service: 'tidemark-executor',
      parentSpanId: request?.spanId,
      attributes: { 'tidemark.run_id': runId, 'tidemark.executor': 'watched', 'tidemark.outcome': 'ran' },
    });
    const phases = spans
      .filter(({ parentSpanId }) => parentSpanId === shard?.spanId)
      .toSorted((one, other) => (BigInt(one.startTimeUnixNano) < BigInt(other.startTimeUnixNano) ? -1 : 1));
    expect(phases.map(({ name }) => name)).toEqual(['claim', 'prepare', 'barrier', 'run', 'finish']);
    const [run] = phases.filter(({ name }) => name === 'run');
    const runMs = Number(BigInt(run?.endTimeUnixNano ?? 0) - BigInt(run?.startTimeUnixNano ?? 0)) / 1e6;
    expect(runMs).toBeGreaterThan(3_000);
  });
});
