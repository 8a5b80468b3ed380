import { setTimeout as sleep } from 'node:timers/promises';
import type { IntervalSnapshot } from '#libs/contract/interval.js';
import { CreateRun } from '#libs/contract/run.js';
import { Target } from '#libs/contract/target.js';
import { aSelf, anOperation, encoded } from '#libs/stats/sample-interval.js';
import type { Claim, Store } from '#libs/store/port.js';
import { StressPlanSpec } from '#libs/workloads/stress/stress.schema.js';

export interface Simulated {
  store: Store;
  executors: number;
  /** Shards of each run; executors are a multiple of it. */
  shardsPerRun: number;
  seconds: number;
  /** TIDEMARK_BEAT_MS of the executors. */
  beatMs: number;
}

export interface SimulatedResult {
  runIds: string[];
  /** From the end of each interval to when it was in the database, milliseconds. */
  lagsMs: number[];
  /** How long each heartbeat took, milliseconds. */
  beatsMs: number[];
  intervals: number;
}

const LEASE_MS = 60_000;
const START_DELAY_MS = 1_000;

/** As wide as those of a real second: latencies of a log-normal look over two decades. */
const latencies = Array.from({ length: 2_000 }, (_, index) => 0.5 * 1.0025 ** ((index * 37) % 1_600));
const st = encoded(latencies);
const one = anOperation(latencies, { st, rt: st, wt: encoded(latencies.map((latencyMs) => latencyMs / 10)) });

const snapshot = (interval: number, startMs: number): IntervalSnapshot => ({
  interval,
  startMs: startMs + interval * 1_000,
  lengthMs: 1_000,
  partial: false,
  operations: { READ: one, WRITE: one },
  self: aSelf(),
});

async function createRun(store: Store, index: number, shards: number): Promise<string> {
  const id = `simulated-${index}`;
  const { placement, policies } = CreateRun.parse({
    kind: 'stress',
    spec: { command: 'write n=1 -rate threads=1' },
    placement: { executors: shards },
  });
  await store.runs.create({
    id,
    kind: 'stress',
    name: null,
    labels: {},
    target: Target.parse({ contactPoints: [`127.0.0.${index + 1}`] }),
    endpoints: [`127.0.0.${index + 1}:9042`],
    spec: {
      ...StressPlanSpec.parse({
        operation: 'mixed',
        stop: { type: 'duration', durationMs: 3_600_000 },
        rate: { model: 'open', threads: shards, ratePerSecond: 1_000 },
      }),
      command: 'mixed duration=1h',
    },
    thresholds: [],
    placement,
    policies,
    shards: Array.from({ length: shards }, (_, shard) => ({
      index: shard,
      lanes: [{ first: shard, stride: shards, threads: 1 }],
    })),
    rerunOf: null,
    createdAtMs: Date.now(),
    actor: 'api',
  });
  return id;
}

/** What an executor does with the database while its load runs: a heartbeat and an interval, each at its own pace. */
async function work(
  { store, seconds, beatMs }: Simulated,
  claim: Claim,
  place: { executorId: string; startMs: number; result: SimulatedResult },
): Promise<void> {
  const { executorId, startMs, result } = place;
  const endMs = startMs + seconds * 1_000;
  const beat = async () => {
    while (Date.now() < endMs) {
      const sentMs = Date.now();
      await store.shards.beat(claim, sentMs, LEASE_MS);
      result.beatsMs.push(Date.now() - sentMs);
      await sleep(beatMs);
    }
  };
  const flush = async () => {
    for (let interval = 0; interval < seconds; interval++) {
      const dueMs = startMs + (interval + 1) * 1_000;
      await sleep(Math.max(0, dueMs - Date.now()));
      await store.intervals.append(claim, executorId, [snapshot(interval, startMs)]);
      result.lagsMs.push(Date.now() - dueMs);
      result.intervals++;
    }
  };
  await Promise.all([beat(), flush()]);
}

/**
 * Runs without load: as many executors as asked for claim their shards and write heartbeats and intervals of two
 * operations, whose histograms are as large as real ones, all of them in the same instant of each second.
 */
export async function simulateExecutors(simulated: Simulated): Promise<SimulatedResult> {
  const { store, executors, shardsPerRun } = simulated;
  const result: SimulatedResult = { runIds: [], lagsMs: [], beatsMs: [], intervals: 0 };
  const ids = Array.from({ length: executors }, (_, index) => `executor-${index}`);
  for (const id of ids) await store.shards.register({ id, labels: {}, hostname: 'h', pid: 1, cores: 2 }, Date.now());
  const claims: Claim[] = [];
  for (let at = 0; at < executors; at += shardsPerRun) {
    result.runIds.push(await createRun(store, at / shardsPerRun, shardsPerRun));
    for (const id of ids) await store.shards.executorBeat(id, Date.now(), null).catch(() => undefined);
    for (const id of ids.slice(at, at + shardsPerRun)) {
      const claim = await store.shards.claim(id, Date.now(), LEASE_MS);
      if (claim === null) throw new Error(`${id} could claim nothing`);
      claims.push(claim);
    }
  }
  for (const claim of claims) if (claim.leads) await store.shards.prepared(claim, Date.now());
  for (const claim of claims) await store.shards.ready(claim, Date.now(), START_DELAY_MS);
  const startMs = Date.now() + START_DELAY_MS;
  for (const claim of claims) await store.shards.started(claim, startMs);
  await Promise.all(
    claims.map((claim, index) => work(simulated, claim, { executorId: ids[index] ?? '', startMs, result })),
  );
  return result;
}

/** The value that `share` of the values do not exceed; NaN for none. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? NaN;
}

export interface Asked {
  askedMs: number[];
  /** `SELECT 1` through the service, in between: what the machine takes for nothing. */
  pingMs: number[];
}

/** What people and dashboards ask while runs are under way, one request after the other; answers how long each took. */
export async function askApi(url: string, runIds: readonly string[], signal: AbortSignal): Promise<Asked> {
  const asked: Asked = { askedMs: [], pingMs: [] };
  const get = async (path: string): Promise<number> => {
    const sentMs = performance.now();
    const answer = await fetch(url + path);
    await answer.text();
    if (!answer.ok) throw new Error(`${path} answered ${answer.status}`);
    return performance.now() - sentMs;
  };
  for (let turn = 0; !signal.aborted; turn++) {
    const id = runIds[turn % runIds.length] ?? 'none';
    // What a dashboard has not seen yet.
    const from = Math.max(0, Date.now() - 3_000);
    const paths = [
      '/v1/runs?limit=20',
      `/v1/runs/${id}`,
      `/v1/runs/${id}/intervals?from=${from}&limit=50`,
      '/v1/executors',
    ];
    asked.askedMs.push(await get(paths[turn % paths.length] ?? ''));
    asked.pingMs.push(await get('/health/ready'));
    await sleep(20);
  }
  return asked;
}
