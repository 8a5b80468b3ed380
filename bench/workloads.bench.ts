import { compare, type EngineFigures } from './engine/comparison.js';
import { createTable, measureWorkload, type Shape } from './engine/workload.js';
import { rounded } from './median.js';
import { startNullSimulator } from './null-simulator.js';
import { readOptions } from './options.js';
import { tableText } from './table.js';

interface Case {
  name: string;
  shape: Shape;
  /** Of one row's values. */
  rowBytes: number;
  /** In flight at most: large rows need no more to fill a socket. */
  inFlight: number;
}

const KIB = 1024;
const DEFAULT_ROW_BYTES = 5 * 34;
/** Without a warm-up of its own: so many large rows would take minutes. */
const oneColumn = (bytes: number): Shape => ({
  warmup: false,
  columns: { count: 1, size: { type: 'fixed', value: bytes } },
});
const rows = (name: string, bytes: number, inFlight: number): Case => ({
  name,
  shape: oneColumn(bytes),
  rowBytes: bytes,
  inFlight,
});

const CASES: readonly Case[] = [
  { name: 'default-write', shape: {}, rowBytes: DEFAULT_ROW_BYTES, inFlight: 128 },
  { name: 'two-lanes', shape: { lanes: 2 }, rowBytes: DEFAULT_ROW_BYTES, inFlight: 128 },
  { name: 'counter-write', shape: { operation: 'counter_write' }, rowBytes: 5 * 8, inFlight: 128 },
  rows('rows-1KiB', KIB, 128),
  rows('rows-16KiB', 16 * KIB, 64),
  rows('rows-128KiB', 128 * KIB, 16),
  rows('rows-1MiB', KIB * KIB, 4),
];

const { json, numbers } = readOptions({
  name: 'workloads',
  about: [
    'Client CPU time per operation of the product’s runs with other shapes than the default row, by the wire engine and by',
    'cassandra-driver, in turn in one run, on the null simulator (a process of its own).',
    '',
    'two-lanes wants four free cores for its rate to mean anything; its CPU time per operation says what it costs anywhere.',
  ].join('\n'),
  numbers: {
    rounds: { about: 'measurements of each engine and case; medians are shown', default: 3, min: 1 },
    seconds: { about: 'length of one measurement, after its warm-up', default: 3, min: 1 },
  },
});

const megabytes = ({ rowBytes }: Case, { opsPerSecond }: EngineFigures): number =>
  rounded((opsPerSecond * rowBytes) / 1e6, 1);

const lines: (string | number)[][] = [];
const simulator = await startNullSimulator();
try {
  for (const [index, one] of CASES.entries()) {
    const keyspace = `tidemark_bench_${process.pid}_${index}`;
    await createTable(simulator.contactPoint, keyspace, one.shape);
    const effort = { inFlight: one.inFlight, durationMs: numbers.seconds * 1_000 };
    const figures = await compare(one.name, numbers.rounds, (engine) =>
      measureWorkload(simulator.contactPoint, keyspace, engine, effort, one.shape),
    );
    for (const figure of figures) {
      const mbPerSecond = megabytes(one, figure);
      if (json) process.stdout.write(`${JSON.stringify({ ...figure, bench: 'workloads', mbPerSecond })}\n`);
      const { engine, cpuUsPerOperation, ratioToDriver, opsPerSecond } = figure;
      lines.push([one.name, engine, cpuUsPerOperation, ratioToDriver, opsPerSecond, mbPerSecond]);
    }
  }
} finally {
  await simulator.close();
}
if (!json)
  process.stdout.write(tableText(['case', 'engine', 'CPU µs/op', 'ratio to driver', 'op/s', 'MB/s of values'], lines));
