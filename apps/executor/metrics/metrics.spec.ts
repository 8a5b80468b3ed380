import { describe, expect, it } from 'vitest';
import { aSelf, anInterval, anOperation, encoded, steady } from '#libs/stats/sample-interval.js';
import { initialState, withLatest, withResize } from '#libs/scaler/scaler-state.js';
import { parseExposition } from '../../../test/exposition.js';
import { ExecutorMetrics } from './executor-metrics.js';
import { serveMetrics } from './metrics-server.js';

const INTENT = { from: 3, to: 6, requestId: null, knownIds: [], tries: 1 };
const idle = () => ({ waiting: 0, spoolBytes: 0, lagMs: 0 });
const scrape = async (metrics: ExecutorMetrics) => parseExposition(await metrics.text());

describe('the metrics of a query run', () => {
  it('have the names of the framework that it replaces', async () => {
    const metrics = new ExecutorMetrics('e', {});
    metrics.claimed('r', 'query', 1500, idle);
    const operation = anOperation(steady(90, 2), {
      completed: 100,
      failed: 10,
      errors: { clientTimeout: 3, readTimeout: 1, missing: 6 },
    });
    const self = aSelf({ reading: { rowsRead: 120, files: 1, queueDepth: 7 }, loopUtilization: 0.5 });
    for (const interval of [0, 1])
      metrics.interval('query', anInterval(interval, { operations: { READ: operation }, self }));
    const seen = await scrape(metrics);
    const values = Object.fromEntries(
      seen.samples
        .filter(({ name }) => name.startsWith('tidemark_query_'))
        .map(({ name, value }) => [name.slice('tidemark_query_'.length), value]),
    );
    expect(values).toEqual({
      qps: 90,
      ok: 180,
      timeouts: 8,
      errors: 12,
      submitted: 200,
      rows_read: 240,
      files: 2,
      queue_depth: 7,
    });
    expect(seen.values('tidemark_operation_errors_total', { class: 'missing' })).toEqual([12]);
    expect(seen.values('tidemark_executor_ceiling_operations_per_second')).toEqual([200]);
    expect(seen.values('tidemark_run_latency_seconds', { clock: 'st', quantile: '0.5' })[0]).toBeCloseTo(0.002, 4);
  });
});

describe('the metrics of a cdc run', () => {
  it('have the names of the benchmark that they replace', async () => {
    const metrics = new ExecutorMetrics('e', {});
    metrics.claimed('r', 'cdc', 0, idle);
    const verified = { timed: 3, superseded: 1, unknown: 2, unverified: 0, lost: 1 };
    const insert = anOperation(steady(8, 2), {
      completed: 10,
      failed: 2,
      errors: { connectionLost: 1, writeTimeout: 1 },
    });
    metrics.interval(
      'cdc',
      anInterval(0, {
        operations: { insert, delete: anOperation(steady(4, 1)), replication: anOperation(steady(3, 700)) },
        self: aSelf({ replication: { queueDepth: 9, verified, sinkErrors: { verify: 4 } } }),
      }),
    );
    const seen = await scrape(metrics);
    const value = (name: string, labels = {}) => seen.values(`benchmark_${name}`, labels);
    expect([
      value('events_written_total', { operation: 'insert' }),
      value('events_written_total', { operation: 'delete' }),
    ]).toEqual([[8], [4]]);
    expect([
      value('events_verified_total', { status: 'success' }),
      value('events_verified_total', { status: 'lost' }),
    ]).toEqual([[4], [1]]);
    expect(value('cassandra_errors_total', { error_type: 'connection' })).toEqual([1]);
    expect(value('cassandra_errors_total', { error_type: 'insert' })).toEqual([1]);
    expect(value('postgres_errors_total', { error_type: 'verify' })).toEqual([4]);
    expect(value('verification_queue_depth')).toEqual([9]);
    expect(value('replication_latency_seconds_bucket', { le: '0.5' })).toEqual([0]);
    expect(value('replication_latency_seconds_bucket', { le: '1' })).toEqual([3]);
    expect(value('replication_latency_seconds_count')).toEqual([3]);
    metrics.finished('cdc', 'ran');
    expect((await scrape(metrics)).values('benchmark_verification_queue_depth')).toEqual([0]);
  });
});

describe('the metrics of a soak run', () => {
  it('are what it writes, reads and finds, and how it is held back', async () => {
    const metrics = new ExecutorMetrics('e', {});
    metrics.claimed('r', 'soak', 0, idle, 24);
    const pacing = {
      limit: 12.5,
      lowest: 6.25,
      decreases: 2,
      backoffs: 3,
      backoffMs: 250,
      inFlight: 11,
      poolKeys: 900,
      verified: 4,
      isReading: true,
    };
    const errors = { missing: 1, validation: 2, clientTimeout: 3 };
    const operations = {
      WRITE: anOperation(steady(30, 1), { completed: 32, failed: 2, rows: 900, retries: 5 }),
      READ: anOperation(steady(50, 1), { completed: 56, failed: 6, errors }),
    };
    for (const interval of [0, 1])
      metrics.interval('soak', anInterval(interval, { operations, self: aSelf({ pacing }) }));
    const seen = await scrape(metrics);
    const value = (name: string, labels = {}) => seen.values(`tidemark_soak_${name}`, labels)[0];
    expect({
      batches: value('batches_written_total'),
      rows: value('rows_written_total'),
      retries: value('batch_retries_total'),
      reads: value('reads_total'),
      verified: value('reads_verified_total'),
      missing: value('mismatches_total', { reason: 'missing' }),
      different: value('mismatches_total', { reason: 'different' }),
      decreases: value('limit_decreases_total'),
      backoffs: value('backoffs_total'),
      backoffSeconds: value('backoff_seconds_total'),
    }).toEqual({
      batches: 60,
      rows: 1800,
      retries: 10,
      reads: 100,
      verified: 8,
      missing: 2,
      different: 4,
      decreases: 4,
      backoffs: 6,
      backoffSeconds: 0.5,
    });
    const states = ['batches_in_flight', 'batches_in_flight_cap', 'batches_in_flight_limit', 'pool_keys'];
    expect(states.map((name) => value(name))).toEqual([11, 24, 12.5, 900]);
    expect(value('batches_in_flight_limit_lowest')).toBe(6.25);
    metrics.finished('soak', 'ran');
    const after = await scrape(metrics);
    expect(states.map((name) => after.values(`tidemark_soak_${name}`)[0])).toEqual([0, 0, 0, 0]);
    expect(after.values('tidemark_soak_rows_written_total')).toEqual([1800]);
  });
});

describe('the metrics of a scaler', () => {
  const view = { nodes: 4, isHealthy: false, trouble: 'a node joins', active: [], knownIds: [], own: undefined };
  const resizing = { ...withResize(initialState(0), 3, 6, 0), phase: 'resizing' as const, intent: INTENT };
  const ended = (outcome: 'completed' | 'stuck') => withLatest(resizing, () => ({ outcome }));

  it('are told by its leader, each resize once', async () => {
    const metrics = new ExecutorMetrics('e', {});
    const { scaler } = metrics;
    scaler.stepped('simulated', resizing, view);
    const during = await scrape(metrics);
    expect(during.values('tidemark_scaler_phase', { type: 'simulated', phase: 'resizing' })).toEqual([1]);
    expect(during.values('tidemark_scaler_phase', { phase: 'watching' })).toEqual([0]);
    const figures = ['nodes', 'nodes_wanted', 'healthy'];
    expect(figures.map((name) => during.values(`tidemark_scaler_${name}`)[0])).toEqual([4, 6, 0]);
    expect(during.values('tidemark_scaler_resizes_total')).toEqual([]);
    // A step without a look leaves what was seen.
    for (const _ of [1, 2])
      scaler.stepped('simulated', { ...ended('completed'), phase: 'watching', intent: null }, undefined);
    const back = withResize(ended('completed'), 6, 3, 1);
    scaler.stepped(
      'simulated',
      withLatest(back, () => ({ outcome: 'stuck' })),
      { ...view, isHealthy: true },
    );
    const seen = await scrape(metrics);
    const resizes = (labels: Record<string, string>) => seen.values('tidemark_scaler_resizes_total', labels);
    expect(resizes({ type: 'simulated', direction: 'out', outcome: 'completed' })).toEqual([1]);
    expect(resizes({ type: 'simulated', direction: 'in', outcome: 'stuck' })).toEqual([1]);
    expect(seen.values('tidemark_scaler_healthy')).toEqual([1]);
    scaler.left();
    expect((await scrape(metrics)).values('tidemark_scaler_phase')).toEqual([]);
  });

  it('leave out what an executor before has counted, and tell of the end until the run is over', async () => {
    const metrics = new ExecutorMetrics('e', {});
    const { scaler } = metrics;
    scaler.stepped('hook', ended('completed'), undefined);
    scaler.stepped('hook', { ...ended('completed'), phase: 'ended', intent: null }, view);
    scaler.left();
    const seen = await scrape(metrics);
    expect(seen.values('tidemark_scaler_resizes_total')).toEqual([]);
    expect(seen.values('tidemark_scaler_phase', { phase: 'ended' })).toEqual([1]);
    metrics.finished('soak', 'ran');
    expect((await scrape(metrics)).values('tidemark_scaler_phase')).toEqual([]);
  });
});

describe('the metrics of any run', () => {
  it('have buckets that hold what the histograms hold', async () => {
    const metrics = new ExecutorMetrics('e', {});
    metrics.claimed('r', 'stress', 0, idle);
    const st = encoded([...steady(5, 0.3), ...steady(3, 4), ...steady(2, 60_000)]);
    metrics.interval('stress', anInterval(0, { operations: { WRITE: anOperation(steady(10, 1), { st }) } }));
    const seen = await scrape(metrics);
    const below = (le: string) => seen.values('tidemark_operation_service_seconds_bucket', { le });
    expect([below('0.0005'), below('0.0025'), below('0.005'), below('10'), below('+Inf')]).toEqual([
      [5],
      [5],
      [8],
      [8],
      [10],
    ]);
    expect(seen.values('tidemark_operation_service_seconds_sum')[0]).toBeCloseTo(120.0135, 1);
  });

  it('have a bounded number of series, whatever the operations and errors are called', async () => {
    const metrics = new ExecutorMetrics('e', {});
    metrics.claimed('r', 'stress', 0, idle);
    const operations = Object.fromEntries(
      Array.from({ length: 100 }, (_, index) => [
        `o"${index}\\`,
        anOperation([1], { failed: 1, completed: 2, errors: { [`e${index}`]: 1 } }),
      ]),
    );
    metrics.interval('stress', anInterval(0, { operations }));
    const seen = await scrape(metrics);
    expect(seen.values('tidemark_operations_total', { result: 'ok' })).toHaveLength(33);
    expect(seen.values('tidemark_operations_total', { result: 'ok', operation: 'other' })).toEqual([68]);
    expect(seen.values('tidemark_operation_errors_total')).toHaveLength(33);
    expect(seen.values('tidemark_operation_service_seconds_count', { operation: 'o"3\\' })).toEqual([1]);
  });

  it('say what waits for the database', async () => {
    const metrics = new ExecutorMetrics('e', {});
    metrics.claimed('r', 'stress', 0, () => ({ waiting: 4, spoolBytes: 512, lagMs: 2500 }));
    const during = await scrape(metrics);
    expect(during.values('tidemark_flush_lag_seconds')).toEqual([2.5]);
    expect(during.values('tidemark_spool_bytes')).toEqual([512]);
    metrics.finished('stress', 'ran');
    expect((await scrape(metrics)).values('tidemark_intervals_waiting')).toEqual([0]);
  });
});

it('a port that is taken is said in a sentence, and one that cannot work is not ready', async () => {
  const metrics = new ExecutorMetrics('e', {});
  const away = () => Promise.reject(new Error('the database does not answer'));
  const server = await serveMetrics(metrics, away, { host: '127.0.0.1', port: 0, token: undefined });
  try {
    const ready = await fetch(`${server.url}/health/ready`);
    expect([ready.status, await ready.json()]).toEqual([
      503,
      { status: 'unavailable', reason: 'the database does not answer' },
    ]);
    const port = Number(new URL(server.url).port);
    await expect(serveMetrics(metrics, away, { host: '127.0.0.1', port, token: undefined })).rejects.toThrow(
      /^Port \d+ of 127\.0\.0\.1 is taken or not allowed; .* set TIDEMARK_METRICS_PORT\.$/,
    );
  } finally {
    server.close();
  }
});
