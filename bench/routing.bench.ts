import type { PreparedStatement } from '#libs/cql/prepared.js';
import type { RequestFrame } from '#libs/cql/request-frame.js';
import { Ring } from '#libs/cql/ring.js';
import { Router } from '#libs/cql/router.js';
import { shardOf } from '#libs/cql/shard-of.js';
import { TabletMap } from '#libs/cql/tablet-map.js';
import { ShardMeter } from '#libs/stats/shard-meter.js';
import { processCpuUs } from './engine/measurement.js';
import { median, rounded } from './median.js';
import { readOptions } from './options.js';
import { tableText } from './table.js';

const KEY_BYTES = 10;
const KEYS = 4096;
const NODES = 3;
const IGNORED_MSB = 12;
/** Between two looks at the CPU clock. */
const BATCH = 10_000;
const WARM_UP = 0.25;

const { json, numbers } = readOptions({
  name: 'routing',
  about: [
    'CPU time per operation of what decides where a request goes, on one thread.',
    '',
    '  token    hash of the key, and the nodes that hold it: what Cassandra needs',
    '  shard    as token, and the shard at the node: ScyllaDB, tables of token ranges',
    '  tablets  hash of the key, and its tablet: ScyllaDB, tables of tablets, all known',
    '  meter    counting the answer of a shard',
  ].join('\n'),
  numbers: {
    seconds: { about: 'CPU time of each measurement', default: 1, min: 0.1 },
    rounds: { about: 'measurements of each case; medians are shown', default: 5, min: 1 },
    tokens: { about: 'tokens of a node', default: 256, min: 1 },
    shards: { about: 'shards of a node', default: 16, min: 1 },
    tablets: { about: 'tablets of the table, a power of two', default: 1024, min: 1 },
  },
});

const keys = Buffer.from(Array.from({ length: KEYS * KEY_BYTES }, (_, index) => (index * 2_654_435_761) >>> 24));
const step = 2n ** 64n / BigInt(NODES * numbers.tokens);
const ring = new Ring(
  Array.from({ length: NODES }, (_, index) => ({
    index,
    datacenter: 'dc1',
    rack: 'r1',
    tokens: Array.from({ length: numbers.tokens }, (_, token) =>
      String(BigInt(token * NODES + index) * step - 2n ** 63n),
    ),
  })),
  { everywhere: NODES },
);
const tablets = new TabletMap();
const highOf = (index: number): number => Math.round((index * 2 ** 32) / numbers.tablets - 2 ** 31) | 0;
for (let index = 0; index < numbers.tablets; index++) {
  tablets.learn({
    firstHigh: highOf(index),
    firstLow: 0,
    lastHigh: index === numbers.tablets - 1 ? 2 ** 31 - 1 : highOf(index + 1),
    lastLow: index === numbers.tablets - 1 ? -1 : 0,
    nodes: Int32Array.from([index % NODES]),
    shards: Int32Array.from([index % numbers.shards]),
  });
}
const frameOf = (more: Partial<PreparedStatement>): RequestFrame => ({
  bytes: Buffer.alloc(0),
  statements: [
    {
      cql: '',
      id: Buffer.alloc(0),
      partitionKey: [0],
      table: 'k.t',
      isLwt: false,
      resultColumns: [],
      columns: [],
      ...more,
    },
  ],
});
const plain = frameOf({});
const movable = frameOf({ tablets });
const router = new Router();
router.use(ring);
const meter = new ShardMeter();
/** Something is made of every decision, so that no compiler leaves it out. */
let sink = 0;

function route(index: number, frame: RequestFrame): void {
  router.key(keys, (index % KEYS) * KEY_BYTES, KEY_BYTES);
  router.find(frame);
  sink ^= router.nodes[0] ?? 0;
}

const CASES: Readonly<Record<string, (index: number) => void>> = {
  token: (index) => route(index, plain),
  shard: (index) => {
    route(index, plain);
    sink ^= shardOf(router.tokenHigh, router.tokenLow, numbers.shards, IGNORED_MSB);
  },
  tablets: (index) => {
    route(index, movable);
    sink ^= router.shards[0] ?? 0;
  },
  meter: (index) => meter.answered(index, index + (index % KEYS) * 1000),
};

/** CPU microseconds per call. */
function measure(one: (index: number) => void): number {
  let index = 0;
  let beganUs = processCpuUs();
  const warmUntilUs = beganUs + WARM_UP * numbers.seconds * 1e6;
  let nowUs = beganUs;
  let counted = 0;
  while (counted === 0 || nowUs < beganUs + numbers.seconds * 1e6) {
    for (let call = 0; call < BATCH; call++) one(index++);
    nowUs = processCpuUs();
    if (nowUs < warmUntilUs) beganUs = nowUs;
    else counted += BATCH;
  }
  return (nowUs - beganUs) / counted;
}

const taken = new Map(Object.keys(CASES).map((name): [string, number[]] => [name, []]));
for (let round = 0; round < numbers.rounds; round++)
  for (const [name, one] of Object.entries(CASES)) taken.get(name)?.push(measure(one));
const figures = [...taken].map(([name, each]) => ({
  bench: 'routing',
  case: name,
  cpuUsPerOperation: rounded(median(each), 4),
}));
if (json) process.stdout.write(figures.map((one) => `${JSON.stringify(one)}\n`).join(''));
else
  process.stdout.write(
    tableText(
      ['case', 'CPU ns/op'],
      figures.map((one) => [one.case, rounded(one.cpuUsPerOperation * 1e3, 1)]),
    ),
  );
// Read once: see above.
if (Number.isNaN(sink)) process.exitCode = 1;
