import { readFile } from 'node:fs/promises';
import { isEnded } from '#libs/contract/status.js';
import { systemClock } from '#libs/load/clock.js';
import { World } from '../test/process/harness.js';
import { median, rounded } from './median.js';
import { readOptions } from './options.js';

const MS_PER_MINUTE = 60_000;
const SAMPLE_MS = 1_000;
/** Buffers, compiled code and the heap have found their size by then. */
const SETTLED_MS = 60_000;
const MOST_GROWTH = 0.1;
const MOST_MB = 300;
const MB = 1_000_000;
const BYTES_PER_KIB = 1024;

const { json, numbers, kind } = readOptions({
  name: 'soak',
  kinds: ['stress', 'soak'],
  about: [
    'Resident memory of an executor that drives the null simulator as fast as it goes, sampled each second.',
    'API, executor and simulator are processes of their own, the database is a SQLite file. Of a soak run the client CPU of a',
    'row is measured as well, in turn with that of stress writes of rows of the same size, in the same processes.',
    '',
    'Exit code 0: within 10 % of what it was after 60 s (of a tenth of the run, when that is less), and under 300 MB.',
  ].join('\n'),
  numbers: {
    minutes: { about: 'length of the run', default: 20, min: 0.1 },
    threads: { about: 'operations in flight', default: 128, min: 1 },
    lanes: { about: 'load threads of the executor', default: 1, min: 1 },
  },
});

/** Resident set of a process, MB; undefined when there is no such process. */
async function residentMb(pid: number): Promise<number | undefined> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const [, kib] = /^VmRSS:\s+(\d+) kB$/m.exec(status) ?? [];
  return kib === undefined ? undefined : (Number(kib) * BYTES_PER_KIB) / MB;
}

const durationMs = Math.round(numbers.minutes * MS_PER_MINUTE);
const settledMs = Math.min(SETTLED_MS, durationMs / 10);
/** Stress rows of as many bytes as soak rows have on average. */
const ROW_BYTES = 560;
const COMPARED_MS = 6_000;
const ROUNDS = 3;
const world = await World.create();

/** As many batches of rows as the simulator answers, beside a thousand reads; its rows are not those that were written. */
const soakRun = (contactPoint: string, durationMs: number, more: Record<string, unknown> = {}) => ({
  kind: 'soak',
  target: { contactPoints: [contactPoint] },
  spec: {
    durationMs,
    batchesInFlight: numbers.threads,
    lanes: numbers.lanes,
    verifyShare: 0,
    replication: { factor: 1 },
    ...more,
  },
});

const stressRun = (contactPoint: string, durationMs: number, more: Record<string, unknown> = {}) => ({
  kind: 'stress',
  target: { contactPoints: [contactPoint] },
  spec: {
    operation: 'write',
    stop: { type: 'duration', durationMs },
    rate: { model: 'closed', threads: numbers.threads },
    lanes: numbers.lanes,
    ...more,
  },
});

/** Client CPU of one written row, microseconds. */
async function cpuUsPerRow(run: unknown): Promise<number> {
  const id = await world.post(run);
  const { status, problem } = await world.ended(id, COMPARED_MS + 60_000);
  if (status !== 'completed') throw new Error(`the run ended ${status}: ${problem?.detail ?? 'no reason given'}`);
  const { clientCpuUsPerOperation, operations } = await world.summary(id);
  const { completed = 0, rows = NaN } = operations['total'] ?? {};
  return ((clientCpuUsPerOperation ?? NaN) * completed) / rows;
}

/** By turns, so that both have the same machine. */
async function comparison(contactPoint: string) {
  const [soaked, stressed]: [number[], number[]] = [[], []];
  const size = { type: 'fixed', value: ROW_BYTES / 5 };
  for (let round = 0; round < ROUNDS; round++) {
    soaked.push(await cpuUsPerRow(soakRun(contactPoint, COMPARED_MS, { readers: 0 })));
    stressed.push(
      await cpuUsPerRow(stressRun(contactPoint, COMPARED_MS, { warmup: false, columns: { count: 5, size } })),
    );
  }
  const [soakUs, stressUs] = [median(soaked), median(stressed)];
  return {
    cpuUsPerSoakRow: rounded(soakUs, 2),
    cpuUsPerStressRow: rounded(stressUs, 2),
    soakToStress: rounded(soakUs / stressUs, 2),
  };
}
/** Every sample of the run under way: after its start, milliseconds, and MB. */
const samples: { afterMs: number; mb: number }[] = [];

async function soak() {
  const { contactPoint } = await world.simulator('--null');
  const { executors } = await world.service(1);
  const pid = executors[0]?.pid ?? -1;
  const compared = kind === 'soak' ? await comparison(contactPoint) : {};
  const id = await world.post((kind === 'soak' ? soakRun : stressRun)(contactPoint, durationMs));
  const { startedAtMs } = await world.until(id, ({ status }) => status === 'running' || isEnded(status));
  for (let run = await world.run(id); !isEnded(run.status); run = await world.run(id)) {
    const mb = await residentMb(pid);
    const afterMs = systemClock.epochMs() - (startedAtMs ?? 0);
    if (mb !== undefined) samples.push({ afterMs, mb });
    const minute = Math.floor(afterMs / MS_PER_MINUTE);
    const before = samples.at(-2);
    if (mb !== undefined && (!before || Math.floor(before.afterMs / MS_PER_MINUTE) < minute))
      process.stderr.write(`${minute} min: ${mb.toFixed(1)} MB\n`);
    await systemClock.sleep(SAMPLE_MS);
  }
  const { status, problem } = await world.run(id);
  if (status !== 'completed') throw new Error(`the run ended ${status}: ${problem?.detail ?? 'no reason given'}`);
  return { ...(await world.summary(id)), compared };
}

try {
  const summary = await soak();
  // The lanes give their memory back when the load is over: that is not the run's.
  const settled = samples.filter(({ afterMs }) => afterMs >= settledMs && afterMs < durationMs).map(({ mb }) => mb);
  const [startMb = NaN] = settled;
  const maxMb = Math.max(...settled);
  const figures = {
    bench: 'soak',
    kind,
    minutes: numbers.minutes,
    operations: summary.operations['total']?.completed ?? 0,
    opsPerSecond: Math.round(summary.operations['total']?.ratePerSecond ?? 0),
    coverage: rounded(summary.coverage, 4),
    rssStartMb: rounded(startMb, 1),
    rssMaxMb: rounded(maxMb, 1),
    rssMinMb: rounded(Math.min(...settled), 1),
    rssEndMb: rounded(settled.at(-1) ?? NaN, 1),
    samples: settled.length,
    ...summary.compared,
    isFlat: maxMb <= startMb * (1 + MOST_GROWTH),
    isSmall: maxMb < MOST_MB,
  };
  const lines = Object.entries(figures).map(
    ([name, value]) => `${name.padEnd(18)}${String(value?.toLocaleString('en-US'))}`,
  );
  process.stdout.write(json ? `${JSON.stringify(figures)}\n` : `${lines.join('\n')}\n`);
  process.exitCode = figures.isFlat && figures.isSmall ? 0 : 1;
} finally {
  await world.stop();
}
