import { RowGenerator } from '#libs/stress/row-generator.js';
import { column, key } from '#libs/stress/row-oracle.js';
import { columnNames } from '#libs/stress/statements.js';
import { processCpuUs } from './engine/measurement.js';
import { median, rounded } from './median.js';
import { readOptions } from './options.js';
import { tableText } from './table.js';

const KEY_BYTES = 10;
/** Between two looks at the CPU clock. */
const BATCH_ROWS = 500;
/** Rows that are generated, written and validated, again and again: they fit into the processor's cache. */
const STORED_ROWS = 1024;
/** Share of a measurement that is done before it counts. */
const WARM_UP = 0.25;

const { json, numbers } = readOptions({
  name: 'rows',
  about: [
    'Rows of cassandra-stress’s data per CPU-second of one thread.',
    '',
    '  key        the partition key alone: what a read needs to be sent',
    '  row        key and all columns, written into a buffer',
    '  validate   key, and all columns compared with what a read brought',
    '  reference  key and all columns in 64-bit integers, as defined: what the tests compare with',
    '',
    'The ratio is to the reference, measured in turn in the same run.',
  ].join('\n'),
  numbers: {
    seconds: { about: 'CPU time of each measurement', default: 2, min: 0.1 },
    rounds: { about: 'measurements of each case; medians are shown', default: 3, min: 1 },
    columns: { about: 'columns of a row', default: 5, min: 1 },
    size: { about: 'bytes of a column', default: 34, min: 1 },
  },
});

const names = columnNames({ count: numbers.columns });
const generator = new RowGenerator({
  keySizeBytes: KEY_BYTES,
  columnNames: names,
  columnSize: { type: 'fixed', value: numbers.size },
});
const rowBytes = KEY_BYTES + names.length * numbers.size;
const offsets = Int32Array.from(names, (_, index) => KEY_BYTES + index * numbers.size);
/** The rows of the seeds 0 to STORED_ROWS - 1. */
const stored = Buffer.alloc(STORED_ROWS * rowBytes);
const writeRow = (seed: number, at: number): void => {
  generator.setSeed(seed);
  generator.writeKey(stored, at);
  generator.writeColumns(stored, at, offsets);
};
for (let seed = 0; seed < STORED_ROWS; seed++) writeRow(seed, seed * rowBytes);
/** Something is made of every row, so that no compiler leaves it out. */
let sink = 0;

/** What is done with the row of a seed. */
const CASES: Readonly<Record<string, (seed: number) => void>> = {
  key: (seed) => {
    generator.setSeed(seed);
    sink ^= generator.key[0] ?? 0;
  },
  row: (seed) => {
    const at = (seed % STORED_ROWS) * rowBytes;
    writeRow(seed % STORED_ROWS, at);
    sink ^= stored[at + KEY_BYTES] ?? 0;
  },
  validate: (seed) => {
    const at = (seed % STORED_ROWS) * rowBytes;
    generator.setSeed(seed % STORED_ROWS);
    for (let index = 0; index < names.length; index++) {
      if (!generator.matches(index, stored, at + (offsets[index] ?? 0), numbers.size))
        throw new Error(`row ${seed % STORED_ROWS} differs from itself`);
    }
  },
  reference: (seed) => {
    const keyBytes = key(seed % STORED_ROWS, KEY_BYTES);
    for (const name of names) sink ^= column(keyBytes, name, numbers.size)[0] ?? 0;
  },
};

/** Rows per second of this process's CPU time. */
function measure(one: (seed: number) => void): number {
  let seed = 0;
  let beganUs = processCpuUs();
  const warmUntilUs = beganUs + WARM_UP * numbers.seconds * 1e6;
  let nowUs = beganUs;
  let rows = 0;
  while (rows === 0 || nowUs < beganUs + numbers.seconds * 1e6) {
    for (let index = 0; index < BATCH_ROWS; index++) one(seed++);
    nowUs = processCpuUs();
    if (nowUs < warmUntilUs) beganUs = nowUs;
    else rows += BATCH_ROWS;
  }
  return (rows * 1e6) / (nowUs - beganUs);
}

const taken = new Map(Object.keys(CASES).map((name): [string, number[]] => [name, []]));
for (let round = 0; round < numbers.rounds; round++)
  for (const [name, one] of Object.entries(CASES)) taken.get(name)?.push(measure(one));

const reference = median(taken.get('reference') ?? []);
const figures = [...taken].map(([name, each]) => {
  const rowsPerCpuSecond = median(each);
  return {
    bench: 'rows',
    case: name,
    rowsPerCpuSecond: Math.round(rowsPerCpuSecond),
    cpuUsPerRow: rounded(1e6 / rowsPerCpuSecond, 4),
    ratioToReference: rounded(rowsPerCpuSecond / reference, 2),
  };
});
if (json) {
  process.stdout.write(figures.map((one) => `${JSON.stringify(one)}\n`).join(''));
} else {
  const head = ['case', 'rows per CPU-s', 'CPU µs/row', 'ratio to reference'];
  const rows = figures.map((one) => [one.case, one.rowsPerCpuSecond, one.cpuUsPerRow, one.ratioToReference]);
  process.stdout.write(tableText(head, rows));
}
// Read once: see above.
if (Number.isNaN(sink)) process.exitCode = 1;
