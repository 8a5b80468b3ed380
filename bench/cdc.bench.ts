import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { CdcTarget } from '#libs/contract/cdc-target.js';
import { Sink } from '#libs/contract/sink.js';
import { SinkClient } from '#libs/cdc/postgres/sink-client.js';
import { systemClock } from '#libs/load/clock.js';
import { loadHistograms } from '#libs/stats/histogram.js';
import { cdcDriver } from '#libs/workloads/cdc/cdc.driver.js';
import { planCdc } from '#libs/workloads/cdc/cdc.plan.js';
import { type CdcReport, CdcSpec } from '#libs/workloads/cdc/cdc.schema.js';
import { processCpuUs } from './engine/measurement.js';
import { median, rounded } from './median.js';
import { readOptions } from './options.js';
import { tableText } from './table.js';

const { json, numbers } = readOptions({
  name: 'cdc',
  about: [
    'Cores that one executor needs to write changes at a rate and to verify a share of them in a real PostgreSQL',
    '(TIDEMARK_TEST_POSTGRES): writing lane and verifier together. Source and relay are another process.',
  ].join('\n'),
  numbers: {
    rate: { about: 'events per second', default: 10_000, min: 1 },
    percent: { about: 'of the keys verified', default: 1, min: 0 },
    seconds: { about: 'of each run', default: 15, min: 3 },
    rounds: { about: 'runs; the median is shown', default: 3, min: 1 },
  },
});
const url = process.env['TIDEMARK_TEST_POSTGRES'];
if (url === undefined) {
  process.stderr.write('expected TIDEMARK_TEST_POSTGRES: scripts/services start postgres\n');
  process.exit(2);
}

const place = new URL(url);
const admin: Sink = Sink.parse({
  host: place.hostname,
  port: Number(place.port),
  database: place.pathname.slice(1),
  username: decodeURIComponent(place.username),
  password: decodeURIComponent(place.password),
});
const database = `bench_cdc_${process.pid}`;
const sink = { ...admin, database };

interface Figures {
  cores: number;
  cpuUsPerEvent: number;
  report: CdcReport;
}

async function round(method: 'slot' | 'poll'): Promise<Figures> {
  const spec = CdcSpec.parse({
    ratePerSecond: numbers.rate,
    durationMs: numbers.seconds * 1000,
    verification: { sampleShare: numbers.percent / 100, method, drainDeadlineMs: 20_000 },
    table: { sinkTable: `users_${method}_${systemClock.epochMs()}` },
  });
  const args = ['dist/bench/cdc/pipeline-process.js', JSON.stringify(spec), JSON.stringify(sink)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  try {
    const [line]: string[] = await once(createInterface(child.stdout), 'line');
    const target = CdcTarget.parse({ ...JSON.parse(line ?? '{}'), sink });
    const [shard] = planCdc(spec, { executors: 1 });
    if (shard === undefined) throw new Error('the plan has no shard');
    let endedUs = 0;
    let writtenMs = 0;
    const events = {
      log: (level: string, message: string) => void (level === 'info' || process.stderr.write(`${message}\n`)),
      mismatch: () => undefined,
      started: () => undefined,
      // The last but one: the last waits for the drain, which is no writing.
      interval: ({ interval, lengthMs }: { interval: number; lengthMs: number }) => {
        if (interval >= numbers.seconds - 1) return;
        endedUs = processCpuUs();
        writtenMs += lengthMs;
      },
    };
    const { signal } = new AbortController();
    await cdcDriver.prepare(spec, target, events, signal, database);
    const open = await cdcDriver.open(spec, target, shard, events, signal, `${database}_${method}_${child.pid ?? 0}`);
    const beganUs = processCpuUs();
    const { report } = await open.run(systemClock.epochMs() + 100, signal);
    await open.close();
    if (report?.kind !== 'cdc') throw new Error('the run made no report');
    const cores = (endedUs - beganUs) / 1000 / writtenMs;
    return { cores, cpuUsPerEvent: (cores * 1e6) / report.eventsPerSecond, report };
  } finally {
    child.kill('SIGTERM');
    await exited;
  }
}

await loadHistograms();
const control = await SinkClient.connect(admin);
await control.query(`CREATE DATABASE ${database}`);
try {
  const [row] = await control.query('SHOW wal_level');
  const methods = row?.[0] === 'logical' ? (['slot', 'poll'] as const) : (['poll'] as const);
  const rows: (string | number)[][] = [];
  for (const method of methods) {
    const runs: Figures[] = [];
    for (let index = 0; index < numbers.rounds; index++) runs.push(await round(method));
    const of = (value: (figures: Figures) => number): number => median(runs.map(value));
    const shown = {
      method,
      eventsPerSecond: Math.round(of(({ report }) => report.eventsPerSecond)),
      clientCores: rounded(
        of(({ cores }) => cores),
        2,
      ),
      cpuUsPerEvent: rounded(
        of(({ cpuUsPerEvent }) => cpuUsPerEvent),
        1,
      ),
      verifiedShare: rounded(
        of(({ report }) => report.verifiedShare),
        4,
      ),
      sampledChanges: Math.round(of(({ report }) => report.sampledChanges)),
      lagP50Ms: rounded(
        of(({ report }) => report.fromAck.p50Ms ?? NaN),
        1,
      ),
      lagP99Ms: rounded(
        of(({ report }) => report.fromAck.p99Ms ?? NaN),
        1,
      ),
      wrongRows: of(({ report }) => report.wrongRowCount),
    };
    if (json) process.stdout.write(`${JSON.stringify(shown)}\n`);
    rows.push(Object.values(shown));
  }
  const head = [
    'method',
    'events/s',
    'client cores',
    'CPU µs/event',
    'verified',
    'sampled',
    'lag p50 ms',
    'lag p99 ms',
    'wrong rows',
  ];
  if (!json) process.stdout.write(tableText(head, rows));
} finally {
  await control.query(`DROP DATABASE ${database} WITH (FORCE)`);
  await control.close();
}
