import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lineBytes } from '#libs/dataset/expected-size.js';
import { systemClock } from '#libs/load/clock.js';
import type { DriverEvents } from '#libs/workloads/driver.js';
import { generateInto } from '#libs/workloads/generate/generate.driver.js';
import { planGenerate } from '#libs/workloads/generate/generate.plan.js';
import { GenerateSpec } from '#libs/workloads/generate/generate.schema.js';
import { processCpuUs } from './engine/measurement.js';
import { median, rounded } from './median.js';
import { readOptions } from './options.js';
import { tableText } from './table.js';

const BLOCK_BYTES = 1_048_576;
const NS_PER_S = 1e9;

const { json, numbers } = readOptions({
  name: 'generate',
  about: [
    'Rows of the production-like sizes written by one executor, and the raw write speed of the same folder.',
    '',
    '  generate  CSV files, hashed, by as many lanes',
    '  raw       the same bytes from memory, by as many writers, neither made nor hashed',
    '',
    'Each case once with what the operating system buffers, and once until the disk has it (durable). The ratio is',
    'to raw, measured in turn in the same run; CPU time counts all threads, the kernel included.',
  ].join('\n'),
  numbers: {
    rows: { about: 'rows of one measurement', default: 60_000, min: 100 },
    rounds: { about: 'measurements of each case; medians are shown', default: 3, min: 1 },
    lanes: { about: 'lanes and writers', default: 2, min: 1 },
  },
});

const folder = await mkdtemp(join(tmpdir(), 'tidemark-bench-'));
const quiet: DriverEvents = {
  log: () => undefined,
  interval: () => undefined,
  mismatch: () => undefined,
  started: () => undefined,
};

interface Measured {
  seconds: number;
  cpuUs: number;
}

async function timed(work: () => Promise<void>): Promise<Measured> {
  const [beganNs, beganUs] = [systemClock.nowNs(), processCpuUs()];
  await work();
  return { seconds: (systemClock.nowNs() - beganNs) / NS_PER_S, cpuUs: processCpuUs() - beganUs };
}

const specOf = (durable: boolean, rows: number) =>
  GenerateSpec.parse({
    dataset: 'bench',
    files: numbers.lanes,
    rowsPerFile: Math.ceil(rows / numbers.lanes),
    lanes: numbers.lanes,
    existing: 'replace',
    durable,
  });

/** One run without the start of its threads, as an executor measures it. */
async function generate(durable: boolean, rows: number): Promise<Measured> {
  const driver = generateInto(() => Promise.resolve({ folder, shown: folder }));
  const spec = specOf(durable, rows);
  const [shard] = planGenerate(spec, { executors: 1 });
  if (shard === undefined) throw new Error('the plan has no shard');
  const { signal } = new AbortController();
  await driver.prepare(spec, null, quiet, signal, 'bench');
  const lanes = await driver.open(spec, null, shard, quiet, signal, 'bench');
  try {
    return await timed(async () => {
      const { failure } = await lanes.run(systemClock.epochMs(), signal);
      if (failure) throw new Error(failure.message);
    });
  } finally {
    await lanes.close();
  }
}

async function writeRaw(path: string, bytes: number, durable: boolean): Promise<void> {
  const block = Buffer.alloc(BLOCK_BYTES, 'tidemark');
  const handle = await open(path, 'w');
  for (let done = 0; done < bytes;)
    done += (await handle.write(block, 0, Math.min(BLOCK_BYTES, bytes - done))).bytesWritten;
  if (durable) await handle.datasync();
  await handle.close();
}

const raw = (durable: boolean, rows: number): Promise<Measured> => {
  const bytes = Math.round((rows * lineBytes(specOf(durable, rows))) / numbers.lanes);
  const paths = Array.from({ length: numbers.lanes }, (_, lane) => join(folder, `raw-${lane}`));
  return timed(async () => {
    await Promise.all(paths.map((path) => writeRaw(path, bytes, durable)));
  });
};

const CASES = { generate, raw } as const;
const taken = new Map<string, Measured[]>();
try {
  // Compiles the hot code and opens the files once.
  await generate(false, Math.min(numbers.rows, 10_000));
  for (let round = 0; round < numbers.rounds; round++)
    for (const durable of [false, true])
      for (const [name, one] of Object.entries(CASES)) {
        const key = `${name}${durable ? ' durable' : ''}`;
        taken.set(key, [...(taken.get(key) ?? []), await one(durable, numbers.rows)]);
      }
} finally {
  await rm(folder, { recursive: true, force: true });
}

const bytesPerRow = lineBytes(specOf(false, 1));
const rateOf = (name: string): number => numbers.rows / median((taken.get(name) ?? []).map(({ seconds }) => seconds));
const figures = [...taken].map(([name, each]) => {
  const rowsPerSecond = rateOf(name);
  const cpuUs = median(each.map((one) => one.cpuUs));
  return {
    bench: 'generate',
    case: name,
    lanes: numbers.lanes,
    rowsPerSecond: Math.round(rowsPerSecond),
    megabytesPerSecond: rounded((rowsPerSecond * bytesPerRow) / 1e6, 1),
    cpuUsPerRow: rounded(cpuUs / numbers.rows, 2),
    rowsPerCpuSecond: Math.round((numbers.rows * 1e6) / cpuUs),
    ratioToRaw: rounded(rowsPerSecond / rateOf(name.replace('generate', 'raw')), 3),
  };
});
if (json) {
  process.stdout.write(figures.map((one) => `${JSON.stringify(one)}\n`).join(''));
} else {
  const head = ['case', 'lanes', 'rows/s', 'MB/s', 'CPU µs/row', 'rows per CPU-s', 'ratio to raw'];
  const rows = figures.map((one) => [
    one.case,
    one.lanes,
    one.rowsPerSecond,
    one.megabytesPerSecond,
    one.cpuUsPerRow,
    one.rowsPerCpuSecond,
    one.ratioToRaw,
  ]);
  process.stdout.write(tableText(head, rows));
}
