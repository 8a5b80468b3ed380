import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { IntervalSnapshot } from '#libs/contract/interval.js';
import { systemClock } from '#libs/load/clock.js';
import { zookeeperDriver } from '#libs/workloads/zookeeper/zookeeper.driver.js';
import { planZookeeper } from '#libs/workloads/zookeeper/zookeeper.plan.js';
import { zookeeperRun } from '#libs/workloads/zookeeper/zookeeper-run.js';
import { ZookeeperSpec, ZookeeperTarget } from '#libs/workloads/zookeeper/zookeeper.schema.js';

const MS_PER_S = 1_000;
/** Connections are made and code is compiled meanwhile. */
const WARM_UP_INTERVALS = 3;
const SPAWNED_PER_SECOND = 50;
/** Python's start and the clients' end, beside the run itself. */
const BEYOND_S = 60;

export interface LocustEffort {
  address: string;
  /** Of the compared clients: exists. */
  root: string;
  clients: number;
  seconds: number;
  bytes: number;
}

const Said = z.object({ requests: z.int().positive(), cpuUs: z.number().positive() });

/** Where the environment with locust and kazoo is, or undefined. */
export const locustProgram = (environment: string | undefined): string | undefined => {
  const program = environment === undefined ? undefined : join(environment, 'bin', 'locust');
  return program !== undefined && existsSync(program) ? program : undefined;
};

/** CPU microseconds per request of a Locust process with as many kazoo clients. Throws with what it said. */
export function measureLocust(program: string, effort: LocustEffort): Promise<number> {
  const { address, root, clients, seconds, bytes } = effort;
  const file = join('bench', 'locust', 'locustfile.py');
  const spawnS = Math.ceil(clients / SPAWNED_PER_SECOND);
  const args = ['-f', file, '--headless', '--only-summary', '--loglevel', 'WARNING', '-u', String(clients)];
  const child = spawn(program, [...args, '-r', String(SPAWNED_PER_SECOND), '-t', `${seconds + spawnS}s`], {
    env: { ...process.env, BENCH_HOSTS: address, BENCH_ROOT: root, BENCH_BYTES: String(bytes) },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: (seconds + spawnS + BEYOND_S) * MS_PER_S,
    killSignal: 'SIGKILL',
  });
  let out = '';
  let errors = '';
  child.stdout.on('data', (bytesSaid: Buffer) => (out += bytesSaid.toString()));
  child.stderr.on('data', (bytesSaid: Buffer) => (errors += bytesSaid.toString()));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', () => {
      const line = out.split('\n').find((text) => text.startsWith('{"requests"'));
      if (line === undefined) return reject(new Error(`Locust did not end as it should: ${errors.slice(-1000)}`));
      const { requests, cpuUs } = Said.parse(JSON.parse(line));
      resolve(cpuUs / requests);
    });
  });
}

/** The same load by the kind zookeeper in this process, with all that the product does: CPU microseconds per operation. */
export async function measureOurs({ address, clients, seconds, bytes }: LocustEffort): Promise<number> {
  const spec = ZookeeperSpec.parse({
    taskSet: 'set_and_get',
    clients,
    durationMs: seconds * MS_PER_S,
    valueSizeBytes: bytes,
    errors: 'fail',
  });
  const { run } = zookeeperRun(spec, ZookeeperTarget.parse({ connectString: address }));
  const [shard] = planZookeeper(spec, { executors: 1 });
  if (run === undefined || shard === undefined) throw new Error('the plan has no shard');
  const intervals: IntervalSnapshot[] = [];
  const events = {
    log: () => undefined,
    interval: (snapshot: IntervalSnapshot) => void intervals.push(snapshot),
    mismatch: () => undefined,
    started: () => undefined,
  };
  const { signal } = new AbortController();
  const runId = `bench-${process.pid}`;
  await zookeeperDriver.prepare(run.spec, run.target, events, signal, runId);
  const open = await zookeeperDriver.open(run.spec, run.target, shard, events, signal, runId);
  try {
    const { failure } = await open.run(systemClock.epochMs() + 50, signal);
    if (failure) throw new Error(failure.message);
  } finally {
    await open.close();
  }
  const kept = intervals.slice(WARM_UP_INTERVALS);
  const operations = kept
    .flatMap((interval) => Object.values(interval.operations))
    .reduce((sum, { completed }) => sum + completed, 0);
  return kept.reduce((sum, { self }) => sum + self.cpuUs, 0) / operations;
}
