import { availableParallelism } from 'node:os';
import { startSink } from './lanes/sink-process.js';
import { createTable, measureWorkload } from './engine/workload.js';
import { median, rounded } from './median.js';
import { startNullSimulator } from './null-simulator.js';
import { readOptions } from './options.js';
import { tableText } from './table.js';

const { json, numbers } = readOptions({
  name: 'lanes',
  about: [
    'What a second load thread (lane) gives: the default write with one lane and with two, in turn, against a sink in a',
    'process of its own that answers by stream id and needs next to no CPU.',
    '',
    'Each lane has all the CPU that it asks for only where there are more free cores than lanes. What holds on any machine is',
    'the CPU time per operation: lanes share nothing, so that two can do twice what one does in the same time on a core,',
    'divided by how much dearer an operation became ("by CPU"). "op/s" is what was seen, "possible" what these cores allow.',
  ].join('\n'),
  numbers: {
    rounds: { about: 'measurements of each; medians are shown', default: 5, min: 1 },
    seconds: { about: 'length of one measurement, after its warm-up', default: 3, min: 1 },
    inflight: { about: 'operations in flight of each lane', default: 128, min: 1 },
  },
});

interface Figures {
  opsPerSecond: number;
  clientUs: number;
  sinkUs: number;
}

const LANES = [1, 2] as const;
const seen = new Map<number, Figures[]>(LANES.map((lanes) => [lanes, []]));

const simulator = await startNullSimulator();
const sink = await startSink(simulator.contactPoint);
try {
  const keyspace = `tidemark_bench_${process.pid}`;
  await createTable(sink.contactPoint, keyspace);
  for (let round = 0; round < numbers.rounds; round++) {
    for (const lanes of LANES) {
      const effort = { inFlight: lanes * numbers.inflight, durationMs: numbers.seconds * 1_000 };
      const before = await sink.cpuUs();
      const measured = await measureWorkload(sink.contactPoint, keyspace, 'wire', effort, { lanes, warmup: false });
      const sinkUs = (await sink.cpuUs()) - before;
      const { operations, cpuUs, elapsedMs } = measured;
      // The sink is asked around the whole run, of which the first interval is not measured.
      const share = numbers.seconds / (numbers.seconds + 1);
      seen.get(lanes)?.push({
        opsPerSecond: (operations * 1_000) / elapsedMs,
        clientUs: cpuUs / operations,
        sinkUs: (sinkUs * share) / operations,
      });
    }
  }
} finally {
  await sink.close();
  await simulator.close();
}

const of = (lanes: number, figure: keyof Figures): number => median((seen.get(lanes) ?? []).map((one) => one[figure]));
const cores = availableParallelism();
const [one, two] = LANES.map((lanes) => ({
  lanes,
  opsPerSecond: Math.round(of(lanes, 'opsPerSecond')),
  clientUs: rounded(of(lanes, 'clientUs'), 3),
  sinkUs: rounded(of(lanes, 'sinkUs'), 3),
}));
if (one === undefined || two === undefined) throw new Error('nothing was measured');
/** Operations per second that so many lanes and the sink can do on these cores, by what one operation costs each. */
const most = (lanes: number): number =>
  Math.min(lanes / of(lanes, 'clientUs'), cores / (of(lanes, 'clientUs') + of(lanes, 'sinkUs')));
const ratios = {
  byCpu: rounded((2 * one.clientUs) / two.clientUs, 2),
  seen: rounded(two.opsPerSecond / one.opsPerSecond, 2),
  possible: rounded(most(2) / most(1), 2),
  cores,
};
if (json) process.stdout.write(`${JSON.stringify({ bench: 'lanes', one, two, ratios })}\n`);
else
  process.stdout.write(
    `${tableText(
      ['lanes', 'op/s', 'client µs/op', 'sink µs/op'],
      [one, two].map(({ lanes, opsPerSecond, clientUs, sinkUs }) => [String(lanes), opsPerSecond, clientUs, sinkUs]),
    )}two lanes to one: ${ratios.byCpu} by CPU, ${ratios.seen} seen, ${ratios.possible} possible on ${cores} cores\n`,
  );
