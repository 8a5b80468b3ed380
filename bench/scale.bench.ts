import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { DataSource } from 'typeorm';
import { openStore } from '#libs/store/open-store.js';
import { World } from '../test/process/harness.js';
import { askApi, quantile, simulateExecutors } from '../test/simulated-executors.js';
import { processCpuUs } from './engine/measurement.js';
import { rounded } from './median.js';
import { readOptions } from './options.js';

const { json, numbers } = readOptions({
  name: 'scale',
  about: [
    'What executors cost the database and the service: executors without load claim shards of mixed runs and write',
    'heartbeats and an interval of two operations with three clocks each a second, all in the same instant, while a',
    'caller asks the service for runs, intervals and executors.',
    '',
    'TIDEMARK_TEST_POSTGRES names the server; a database of its own is made and dropped. Sizes and CPU times hold on',
    'any machine; lags and answer times are those of this one, with all that runs beside.',
  ].join('\n'),
  numbers: {
    executors: { about: 'simulated executors, a multiple of 5', default: 50, min: 5 },
    seconds: { about: 'how long they work', default: 30, min: 5 },
    beat: { about: 'milliseconds between heartbeats, TIDEMARK_BEAT_MS', default: 1_000, min: 20 },
  },
});

const SHARDS_PER_RUN = 5;
const CLOCK_TICKS_PER_S = 100;

const server = process.env['TIDEMARK_TEST_POSTGRES'];
if (server === undefined) {
  process.stderr.write('TIDEMARK_TEST_POSTGRES is not set: start a server with scripts/services start postgres\n');
  process.exit(2);
}

/** User and system time of a process of this machine, seconds: fields 14 and 15 of /proc/<pid>/stat. */
function cpuSeconds(pid: number): number {
  const [, rest = ''] = /\) (.*)$/s.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? [];
  const fields = rest.split(' ');
  return (Number(fields[11]) + Number(fields[12])) / CLOCK_TICKS_PER_S;
}

const admin = await new DataSource({ type: 'postgres', url: server }).initialize();
const name = `tidemark_bench_${randomBytes(6).toString('hex')}`;
await admin.query(`CREATE DATABASE ${name}`);
const url = new URL(server);
url.pathname = `/${name}`;
const databaseUrl = url.toString();
const world = await World.create({ TIDEMARK_SECRET_KEY: '0f'.repeat(32), TIDEMARK_DATABASE_URL: databaseUrl });
const store = await openStore({ url: databaseUrl, secretKey: Buffer.alloc(32, 0x0f) });
const inside = await new DataSource({ type: 'postgres', url: databaseUrl }).initialize();
try {
  const api = await world.api({ TIDEMARK_MAX_REQUESTS_PER_MINUTE: '1000000' });
  const { executors, seconds, beat: beatMs } = numbers;
  const runIds = Array.from({ length: executors / SHARDS_PER_RUN }, (_, index) => `simulated-${index}`);
  const stop = new AbortController();
  const began = { cpuUs: 0, apiS: 0, backendsS: 0 };
  const backends = async (): Promise<number> => {
    const found: { pid: number }[] = await inside.query(
      "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND backend_type = 'client backend'",
    );
    return found.reduce((sum, { pid }) => sum + cpuSeconds(pid), 0);
  };
  const working = simulateExecutors({ store, executors, shardsPerRun: SHARDS_PER_RUN, seconds, beatMs });
  const asking = (async () => {
    while ((await store.runs.count('running')) < runIds.length) await sleep(100);
    Object.assign(began, { cpuUs: processCpuUs(), apiS: cpuSeconds(api.pid), backendsS: await backends() });
    return askApi(world.url, runIds, stop.signal);
  })();
  const { intervals, lagsMs, beatsMs } = await working.finally(() => stop.abort());
  const { askedMs, pingMs } = await asking;
  const writerUs = processCpuUs() - began.cpuUs;
  const apiS = cpuSeconds(api.pid) - began.apiS;
  const backendsS = (await backends()) - began.backendsS;
  const sizeOf = async (table: string): Promise<number> => {
    const [row]: { bytes: string }[] = await inside.query(`SELECT pg_total_relation_size('${table}') AS bytes`);
    return Number(row?.bytes);
  };
  const figures = {
    executors,
    seconds,
    beatMs,
    intervals,
    heartbeats: beatsMs.length,
    rowsPerInterval: 3,
    bytesPerInterval: Math.round(((await sizeOf('intervals')) + (await sizeOf('interval_self'))) / intervals),
    writerCpuUsPerExecutorSecond: Math.round(writerUs / intervals),
    databaseCpuUsPerExecutorSecond: Math.round((backendsS * 1e6) / intervals),
    apiCpuMsPerRequest: rounded((apiS * 1e3) / (askedMs.length + pingMs.length), 2),
    flushLagP99Ms: quantile(lagsMs, 0.99),
    flushLagMaxMs: Math.max(...lagsMs),
    heartbeatP99Ms: quantile(beatsMs, 0.99),
    apiP99Ms: Math.round(quantile(askedMs, 0.99)),
    pingP99Ms: Math.round(quantile(pingMs, 0.99)),
  };
  const lines = Object.entries(figures).map(([figure, value]) => `${figure.padEnd(32)}${value}`);
  process.stdout.write(json ? `${JSON.stringify(figures)}\n` : `${lines.join('\n')}\n`);
} finally {
  await inside.destroy();
  await store.close();
  await world.stop();
  await admin.query(`DROP DATABASE ${name} WITH (FORCE)`);
  await admin.destroy();
}
