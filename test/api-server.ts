import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { IntervalSnapshot, OperationInterval } from '#libs/contract/interval.js';
import { systemClock } from '#libs/load/clock.js';
import { sqlQueue } from '#libs/queue/sql-queue.js';
import { Histogram } from '#libs/stats/histogram.js';
import { openStore } from '#libs/store/open-store.js';
import type { Claim, Store } from '#libs/store/port.js';
import { createApp } from '../apps/api/app.js';
import { type ApiConfig, parseApiConfig } from '../apps/api/config.js';

/** 2025-11-21T00:00:00Z: when the tests' clock stands at the start. */
export const NOON_MS = 1_763_683_200_000;

const ADDRESSES: Readonly<Record<string, readonly string[]>> = {
  localhost: ['127.0.0.1'],
  'node.test': ['127.0.0.7'],
  'outside.test': ['10.1.2.3'],
  'mixed.test': ['127.0.0.8', '169.254.169.254'],
};

export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  /** The parsed body; undefined when it is not JSON. */
  json: unknown;
}

export interface TestApi {
  url: string;
  store: Store;
  /** The clock that the service reads. */
  now: { ms: number };
  /** The addresses of host names, as the service finds them. */
  addresses: Map<string, readonly string[]>;
  /** Its log lines. */
  said: readonly string[];
  get(path: string, headers?: Record<string, string>): Promise<Answer>;
  post(path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
  delete(path: string, headers?: Record<string, string>): Promise<Answer>;
  put(path: string, body: unknown, headers?: Record<string, string>): Promise<Answer>;
  close(): Promise<void>;
}

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** The real application on a fresh SQLite file and a free port. */
export async function startTestApi(config: Partial<ApiConfig> = {}): Promise<TestApi> {
  const folder = await mkdtemp(join(tmpdir(), 'tidemark-api-'));
  const databaseUrl = `sqlite:${join(folder, 'test.db')}`;
  const secretKey = Buffer.alloc(32, 7);
  const store = await openStore({ url: databaseUrl, secretKey });
  const now = { ms: NOON_MS };
  const addresses = new Map(Object.entries(ADDRESSES));
  const said: string[] = [];
  const app = await createApp({
    config: { ...parseApiConfig({}), databaseUrl, secretKey, logLevel: 'error', ...config },
    store,
    queue: sqlQueue(systemClock),
    nowMs: () => now.ms,
    lookup: async (host) => {
      const found = addresses.get(host);
      if (found === undefined) throw new Error(`ENOTFOUND ${host}`);
      return found;
    },
    logTo: (text) => {
      said.push(text);
      process.stderr.write(text);
    },
  });
  await app.listen(0, '127.0.0.1');
  const url = await app.getUrl();
  const call = async (path: string, init: RequestInit): Promise<Answer> => {
    const { status, headers, ...response } = await fetch(url + path, init).then(async (answer) => ({
      status: answer.status,
      headers: answer.headers,
      text: await answer.text(),
    }));
    return { status, headers, text: response.text, json: parse(response.text) };
  };
  return {
    url,
    store,
    now,
    addresses,
    said,
    get: (path, headers = {}) => call(path, { headers }),
    post: (path, body, headers = {}) =>
      call(path, {
        method: 'POST',
        headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      }),
    delete: (path, headers = {}) => call(path, { method: 'DELETE', headers }),
    put: (path, body, headers = {}) =>
      call(path, {
        method: 'PUT',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(body),
      }),
    close: async () => {
      await app.close();
      await store.close();
      await rm(folder, { recursive: true });
    },
  };
}

const encoded = (latenciesMs: readonly number[]): Uint8Array => {
  const histogram = Histogram.empty();
  for (const latencyMs of latenciesMs) histogram.record(latencyMs * 1e6);
  const bytes = histogram.encode();
  histogram.destroy();
  return bytes;
};

const operation = (latenciesMs: readonly number[]): OperationInterval => ({
  scheduled: latenciesMs.length,
  completed: latenciesMs.length,
  failed: 0,
  dropped: 0,
  retries: 0,
  partitions: latenciesMs.length,
  rows: latenciesMs.length,
  errors: {},
  st: encoded(latenciesMs),
});

/** A second of a run that started at NOON_MS; service times in milliseconds by operation. */
export const aSnapshot = (interval: number, latenciesMs: Record<string, readonly number[]>): IntervalSnapshot => ({
  interval,
  startMs: NOON_MS + interval * 1000,
  lengthMs: 1000,
  partial: false,
  operations: Object.fromEntries(Object.entries(latenciesMs).map(([name, values]) => [name, operation(values)])),
  self: {
    cpuUs: 1000,
    eventLoopDelayMaxMs: 1,
    scheduleLagMaxMs: 0,
    inFlightMax: 1,
    inFlightCapHits: 0,
    gcPauseMs: 0,
    rssBytes: 1,
    bytesSent: 1,
    bytesReceived: 1,
    lateAnswers: 0,
  },
});

const LEASE_MS = 60_000;

/** Does what executors do with the store: one executor per shard, from the claim to the running load. */
export async function beginRun(store: Store, runId: string, nowMs = NOON_MS): Promise<Claim[]> {
  const run = await store.runs.find(runId);
  const ids = (run?.shards ?? []).map(({ index }) => `executor-${index}`);
  for (const id of ids) {
    await store.shards.register({ id, labels: {}, hostname: 'host', pid: 1, cores: 2 }, nowMs);
    await store.shards.executorBeat(id, nowMs, 0);
  }
  const claims: Claim[] = [];
  for (const id of ids) {
    const claim = await store.shards.claim(id, nowMs, LEASE_MS);
    if (claim === null || claim.runId !== runId)
      throw new Error(`${id} claimed ${claim?.runId ?? 'nothing'}, not ${runId}`);
    claims.push(claim);
  }
  for (const claim of claims) if (claim.leads) await store.shards.prepared(claim, nowMs);
  for (const claim of claims) await store.shards.ready(claim, nowMs, 0);
  for (const claim of claims) await store.shards.started(claim, nowMs);
  return claims;
}

/** Ends a run that has begun. */
export async function endRun(store: Store, claims: readonly Claim[], atMs: number): Promise<void> {
  for (const claim of claims) await store.shards.ended(claim, 1, atMs);
  const runId = claims[0]?.runId ?? '';
  await store.runs.transition(runId, {
    to: 'completed',
    actor: 'executor:executor-0',
    reason: 'plan carried out',
    atMs,
  });
}
