import { Target } from '#libs/contract/target.js';
import { WireSession } from '#libs/cql/session.js';
import { NO_HOT_OPERATIONS, sessionOptions } from '#libs/workloads/stress/session-options.js';
import { StressConnection } from '#libs/workloads/stress/stress.schema.js';
import { compare, type EngineFigures } from './engine/comparison.js';
import { measureFrames } from './engine/frames.js';
import type { EngineName, Measurement } from './engine/measurement.js';
import { createTable, measureWorkload } from './engine/workload.js';
import { startNullSimulator } from './null-simulator.js';
import { readOptions } from './options.js';
import { tableText } from './table.js';

/** Of this process alone, so that two benches can use one cluster. */
const KEYSPACE = `tidemark_bench_${process.pid}`;

const { json, cassandra, numbers } = readOptions({
  name: 'engine',
  about: [
    'Client CPU time per operation of the wire engine and of cassandra-driver, measured in turn in one run.',
    '',
    '  default-write     the product’s write run (row generation, schedule, histograms) on the null simulator',
    '  prebuilt-frames   one ready-made row again and again: bare libs/cql, bare cassandra-driver loop',
    '  cassandra-write   as default-write, on a real node (--cassandra)',
    '  cassandra-frames  as prebuilt-frames, on a real node (--cassandra)',
    '',
    'The ratio is operations per client CPU-second over the driver’s; the null simulator is a process of its own.',
  ].join('\n'),
  numbers: {
    rounds: { about: 'measurements of each engine and case; medians are shown', default: 3, min: 1 },
    seconds: { about: 'length of one measurement, after its warm-up', default: 4, min: 1 },
    'in-flight': { about: 'operations in flight', default: 128, min: 1 },
  },
  cassandra: true,
});

const effort = { inFlight: numbers['in-flight'], durationMs: numbers.seconds * 1_000 };
const figures: EngineFigures[] = [];

async function run(name: string, measure: (engine: EngineName) => Promise<Measurement>): Promise<void> {
  const taken = await compare(name, numbers.rounds, measure);
  figures.push(...taken);
  if (json) process.stdout.write(taken.map((one) => `${JSON.stringify(one)}\n`).join(''));
}

async function bothCases(contactPoint: string, write: string, frames: string): Promise<void> {
  await createTable(contactPoint, KEYSPACE);
  await run(write, (engine) => measureWorkload(contactPoint, KEYSPACE, engine, effort));
  await run(frames, (engine) => measureFrames(contactPoint, KEYSPACE, engine, effort));
}

async function dropKeyspace(contactPoint: string): Promise<void> {
  const target = Target.parse({ contactPoints: [contactPoint] });
  const connection = StressConnection.parse({ controlConnectionTimeoutMs: 30_000 });
  const session = await WireSession.connect(sessionOptions(target, { connection }, NO_HOT_OPERATIONS, () => undefined));
  await session.query(`DROP KEYSPACE IF EXISTS "${KEYSPACE}"`);
  await session.close();
}

const simulator = await startNullSimulator();
try {
  await bothCases(simulator.contactPoint, 'default-write', 'prebuilt-frames');
} finally {
  await simulator.close();
}
if (cassandra !== undefined) {
  try {
    await bothCases(cassandra, 'cassandra-write', 'cassandra-frames');
  } finally {
    await dropKeyspace(cassandra);
  }
}
if (!json) {
  const head = ['case', 'engine', 'CPU µs/op', 'op per CPU-s', 'ratio to driver', 'op/s'];
  const rows = figures.map((one) => [
    one.case,
    one.engine,
    one.cpuUsPerOperation,
    one.opsPerClientCpuSecond,
    one.ratioToDriver,
    one.opsPerSecond,
  ]);
  process.stdout.write(tableText(head, rows));
}
