import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { IntervalSnapshot } from '#libs/contract/interval.js';
import { Target } from '#libs/contract/target.js';
import { systemClock } from '#libs/load/clock.js';
import type { DriverEvents } from '#libs/workloads/driver.js';
import { generateInto } from '#libs/workloads/generate/generate.driver.js';
import { planGenerate } from '#libs/workloads/generate/generate.plan.js';
import { GenerateSpec } from '#libs/workloads/generate/generate.schema.js';
import { loadFrom } from '#libs/workloads/load/load.driver.js';
import { planLoad } from '#libs/workloads/load/load.plan.js';
import { LoadSpec } from '#libs/workloads/load/load.schema.js';
import type { Measurement } from './engine/measurement.js';
import { createTable, measureWorkload, type Shape } from './engine/workload.js';
import { median, rounded } from './median.js';
import { startNullSimulator } from './null-simulator.js';
import { readOptions } from './options.js';
import { tableText } from './table.js';

const KEY_BYTES = 36;
/** The compiler still works in the first one, here and in the stress run. */
const SKIPPED_INTERVALS = 1;

const { json, numbers, cassandra } = readOptions({
  name: 'load',
  about: [
    'Rows of CSV files loaded into a table, and rows of the same size written by the stress engine, in turn in one run:',
    'on the null simulator, a process of its own, for what a row costs the client; and with --cassandra on a real node.',
    '',
    'The ratios are those of load to stress: of rows per second, and of rows per CPU second of the client.',
  ].join('\n'),
  cassandra: true,
  numbers: {
    bytes: { about: 'size of a row', default: 8_000, min: 100 },
    rows: { about: 'rows of one load', default: 80_000, min: 1_000 },
    files: { about: 'files that they are in', default: 4, min: 1 },
    seconds: { about: 'length of one stress run', default: 8, min: 2 },
    rounds: { about: 'measurements of each; medians are shown', default: 3, min: 1 },
    lanes: { about: 'load threads', default: 2, min: 1 },
    concurrency: { about: 'requests in flight', default: 128, min: 1 },
  },
});

const folder = await mkdtemp(join(tmpdir(), 'tidemark-bench-'));
const { signal } = new AbortController();
const eventsInto = (intervals: IntervalSnapshot[]): DriverEvents => ({
  log: (level, message) => (level === 'info' ? undefined : process.stderr.write(`${message}\n`)),
  interval: (snapshot) => void intervals.push(snapshot),
  mismatch: () => undefined,
  started: () => undefined,
});

async function makeFiles(): Promise<void> {
  const driver = generateInto(() => Promise.resolve({ folder, shown: folder }));
  const sizes = { type: 'fixed', bytes: numbers.bytes };
  const rowsPerFile = Math.ceil(numbers.rows / numbers.files);
  const spec = GenerateSpec.parse({ dataset: 'bench', files: numbers.files, rowsPerFile, sizes });
  const [shard] = planGenerate(spec, { executors: 1 });
  if (shard === undefined) throw new Error('the plan has no shard');
  await driver.prepare(spec, null, eventsInto([]), signal);
  const lanes = await driver.open(spec, null, shard, eventsInto([]), signal);
  const { failure } = await lanes.run(systemClock.epochMs(), signal);
  await lanes.close();
  if (failure) throw new Error(failure.message);
}

async function load(contactPoint: string, keyspace: string): Promise<Measurement> {
  const spec = LoadSpec.parse({
    dataset: 'bench',
    keyspace,
    create: { replication: { factor: 1 } },
    consistencyLevel: 'LOCAL_ONE',
    lanes: numbers.lanes,
    concurrency: numbers.concurrency,
    existing: 'restart',
  });
  const target = Target.parse({ contactPoints: [contactPoint] });
  const driver = loadFrom(() => Promise.resolve({ folder, shown: folder }));
  const intervals: IntervalSnapshot[] = [];
  const events = eventsInto(intervals);
  await driver.prepare(spec, target, events, signal);
  const [shard] = planLoad(spec, { executors: 1 });
  if (shard === undefined) throw new Error('the plan has no shard');
  const lanes = await driver.open(spec, target, shard, events, signal);
  try {
    const { failure } = await lanes.run(systemClock.epochMs() + 50, signal);
    if (failure) throw new Error(failure.message);
  } finally {
    await lanes.close();
  }
  const measured = { operations: 0, cpuUs: 0, elapsedMs: 0 };
  for (const { operations, self, lengthMs } of intervals.filter(({ interval }) => interval >= SKIPPED_INTERVALS)) {
    for (const { rows } of Object.values(operations)) measured.operations += rows;
    measured.cpuUs += self.cpuUs;
    measured.elapsedMs += lengthMs;
  }
  return measured;
}

async function compared(where: string, contactPoint: string) {
  const keyspace = `tidemark_bench_${process.pid}`;
  const shape: Shape = {
    warmup: false,
    lanes: numbers.lanes,
    columns: { count: 1, size: { type: 'fixed', value: numbers.bytes - KEY_BYTES } },
  };
  const effort = { inFlight: numbers.concurrency, durationMs: numbers.seconds * 1_000 };
  await createTable(contactPoint, keyspace, shape);
  const taken: Record<'stress' | 'load', Measurement[]> = { stress: [], load: [] };
  for (let round = 0; round < numbers.rounds; round++) {
    taken.stress.push(await measureWorkload(contactPoint, keyspace, 'wire', effort, shape));
    taken.load.push(await load(contactPoint, keyspace));
  }
  const rate = (of: 'stress' | 'load') => median(taken[of].map((one) => (one.operations * 1e3) / one.elapsedMs));
  const cpuUs = (of: 'stress' | 'load') => median(taken[of].map((one) => one.cpuUs / one.operations));
  return (['stress', 'load'] as const).map((of) => ({
    bench: 'load',
    where,
    case: of,
    rowBytes: numbers.bytes,
    rowsPerSecond: Math.round(rate(of)),
    megabytesPerSecond: rounded((rate(of) * numbers.bytes) / 1e6, 1),
    cpuUsPerRow: rounded(cpuUs(of), 2),
    ratioOfRate: rounded(rate(of) / rate('stress'), 3),
    ratioOfCpu: rounded(cpuUs('stress') / cpuUs(of), 3),
  }));
}

const figures = [];
try {
  await makeFiles();
  const simulator = await startNullSimulator();
  try {
    figures.push(...(await compared('simulator', simulator.contactPoint)));
  } finally {
    await simulator.close();
  }
  if (cassandra !== undefined) figures.push(...(await compared('cassandra', cassandra)));
} finally {
  await rm(folder, { recursive: true, force: true });
}
if (json) {
  process.stdout.write(figures.map((one) => `${JSON.stringify(one)}\n`).join(''));
} else {
  const head = [
    'target',
    'case',
    'bytes',
    'rows/s',
    'MB/s',
    'CPU µs/row',
    'rate to stress',
    'rows per CPU-s to stress',
  ];
  const rows = figures.map((one) => [
    one.where,
    one.case,
    one.rowBytes,
    one.rowsPerSecond,
    one.megabytesPerSecond,
    one.cpuUsPerRow,
    one.ratioOfRate,
    one.ratioOfCpu,
  ]);
  process.stdout.write(tableText(head, rows));
}
