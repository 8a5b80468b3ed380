import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type LatencyFigures } from '#libs/contract/interval.js';
import { type OperationSummary, Summary } from '#libs/contract/summary.js';
import { poissonSchedule } from '#libs/load/schedule.js';
import { type Bucket, encodedBuckets } from '#libs/stats/encoded-counts.js';
import { Histogram } from '#libs/stats/histogram.js';
import { readHdrLog } from '#libs/stats/hdr-log-reader.js';
import { laneRandom } from '#libs/workloads/stress/stress.source.js';
import { requireBuild, type Running, tidemark } from './cli-program.js';

/*
 * What the compiled program measures of a simulated cluster, each in its own process, against what arithmetic says. A figure
 * may be off by 2 % of it, and by what the machine adds: handing answers on takes a moment, and on a busy machine each of the
 * two processes waits for its turn, for as long as this one, which only waits, is seen to.
 */
const SHARE = 0.02;
const HANDING_ON_MS = 2;
const PROCESSES = 2;
/** A process may lose its core for a time slice that the witness, on another core, does not see: it shows in the tail. */
const TIME_SLICE_MS = 50;
/** An answer is never early: timers are cut to this. */
const CLOCK_MS = 0.1;
const WITNESS_GRAIN_MS = 1;

interface Measured {
  write: OperationSummary;
  /** Every value of a clock, `st`, `rt` or `wt`. */
  buckets: (clock: string) => Bucket[];
  /** What the machine may add to a figure at this percentile. */
  turnMs: (percentile: number) => number;
}

let folder: string;
beforeAll(async () => {
  requireBuild();
  folder = await mkdtemp(join(tmpdir(), 'tidemark-accuracy-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const Document = z.object({ summary: Summary });

/** Runs one cassandra-stress command line against a simulator of its own. Time 0 of the faults is the first operation. */
async function measure(command: string, rate: string, faults: readonly unknown[]): Promise<Measured> {
  const script = join(folder, 'faults.json');
  const hdrFile = join(folder, 'run.hdr');
  await writeFile(script, JSON.stringify({ seed: 1, origin: 'first-operation', faults }));
  const simulator: Running = tidemark(['sim', '--port', '0', '--null', '--script', script]);
  try {
    const [, port = ''] = await simulator.seen(/ready on 127\.0\.0\.1:(\d+)/);
    const line = `write ${command} no-warmup cl=ONE -rate ${rate} -port native=${port} -log hdrfile=${hdrFile}`;
    const running = tidemark(['--json', 'stress', ...line.split(' ')]);
    const witness = monitorEventLoopDelay({ resolution: WITNESS_GRAIN_MS });
    witness.enable();
    const { out, errors, exitCode } = await running.ended;
    witness.disable();
    expect(exitCode, errors).toBe(0);
    const { operations } = Document.parse(JSON.parse(out)).summary;
    const write = operations['WRITE'];
    if (!write) throw new Error(`no WRITE in ${out}`);
    const { entries } = readHdrLog(await readFile(hdrFile, 'utf8'));
    return {
      write,
      turnMs: (percentile) =>
        HANDING_ON_MS +
        (percentile >= 99 ? TIME_SLICE_MS : 0) +
        PROCESSES * Math.max(0, witness.percentile(percentile) / 1e6 - WITNESS_GRAIN_MS),
      buckets: (clock) => {
        const merged = Histogram.merged(
          entries.filter(({ tag }) => tag === `WRITE-${clock}`).map(({ histogram }) => histogram),
        );
        return encodedBuckets(merged.encode());
      },
    };
  } finally {
    simulator.child.kill('SIGTERM');
    await simulator.ended;
  }
}

/** Whatever else the machine does may disturb a measurement, not three of them: wrong arithmetic is wrong every time. */
const REPEATED = { retry: 2 };

/** Expects `actual` within 2 % of `expectedMs`, or `turnMs` more: work can be late, it cannot be early. */
function expectNear(actual: number | null | undefined, expectedMs: number, turnMs: number): void {
  expect(actual).toBeGreaterThanOrEqual(expectedMs * (1 - SHARE) - CLOCK_MS);
  expect(actual).toBeLessThanOrEqual(expectedMs * (1 + SHARE) + turnMs);
}

const above = (buckets: readonly Bucket[], ms: number): number =>
  buckets.reduce((sum, { lowNs, count }) => sum + (lowNs >= ms * 1e6 ? count : 0), 0);

const responseTime = ({ write }: Measured): LatencyFigures => {
  if (write.responseTime === null) throw new Error('no response time: the run had no schedule');
  return write.responseTime;
};

describe('service time', REPEATED, () => {
  const delayed = (latencyMs: number, rate: string) =>
    measure('duration=3s', rate, [{ kind: 'latency', distribution: { type: 'fixed', ms: latencyMs } }]);

  function expectAtEveryPercentile({ write, turnMs }: Measured, latencyMs: number): void {
    const { minMs, p50Ms, p95Ms, p99Ms, meanMs } = write.serviceTime;
    expect(minMs).toBeGreaterThanOrEqual(latencyMs - CLOCK_MS);
    expectNear(p50Ms, latencyMs, turnMs(50));
    expectNear(meanMs, latencyMs, turnMs(95));
    // Answers leave in groups, and a group waits as one: its wait weighs more than the witness's.
    expectNear(p95Ms, latencyMs, turnMs(99));
    expectNear(p99Ms, latencyMs, turnMs(100));
  }

  it('of answers that take 20 ms is that at every percentile, in a closed loop that obeys Little’s law', async () => {
    const [latencyMs, threads] = [20, 64];
    const measured = await delayed(latencyMs, `threads=${threads}`);
    expectAtEveryPercentile(measured, latencyMs);
    // Each thread does one operation after the other; those in flight at the end get 80 ms more.
    const rounds = measured.write.completed / threads;
    expect(rounds).toBeLessThanOrEqual(3_080 / latencyMs);
    expect(rounds).toBeGreaterThanOrEqual(3_000 / (latencyMs * (1 + SHARE) + measured.turnMs(95)) - 1);
  });

  it('of answers that take 150 ms is that at every percentile, in an open loop', async () => {
    const [latencyMs, ratePerSecond] = [150, 1_000];
    const measured = await delayed(latencyMs, `threads=512 fixed=${ratePerSecond}/s`);
    expectAtEveryPercentile(measured, latencyMs);
    expect(measured.write.scheduled).toBe(3 * ratePerSecond);
  });
});

describe('a target that stalls, at a fixed rate', REPEATED, () => {
  const [ratePerSecond, durationMs, stallMs] = [500, 3_000, 500];
  const perMs = ratePerSecond / 1_000;
  const operations = perMs * durationMs;
  const stall = [{ kind: 'stall', atMs: 1_500, forMs: stallMs }];
  const fixed = (threads: number) => measure('duration=3s', `threads=${threads} fixed=${ratePerSecond}/s`, stall);
  /** Of what is due t after the stall's start the response takes stall - t: the slowest share is what was due first. */
  const slowestMs = (share: number) => stallMs - (share * operations) / perMs;

  it('shows in the response time of every operation that was due meanwhile', async () => {
    // Every operation of the stall fits in flight, so that nothing but the stall delays one.
    const measured = await fixed(2 * perMs * stallMs);
    const { write, turnMs } = measured;
    const figures = responseTime(measured);
    expect(write).toMatchObject({ scheduled: operations, completed: operations, failed: 0, dropped: 0 });
    expectNear(figures.maxMs, stallMs, turnMs(100));
    expectNear(figures.p99Ms, slowestMs(0.01), turnMs(100));
    expectNear(figures.p95Ms, slowestMs(0.05), turnMs(100));
    expectNear(figures.meanMs, (perMs * stallMs ** 2) / 2 / operations, turnMs(95));
    for (const ms of [50, 100, 250, 400]) {
      const delayed = above(measured.buckets('rt'), ms);
      const expected = perMs * (stallMs - ms);
      expect(Math.abs(delayed - expected)).toBeLessThanOrEqual(SHARE * expected + turnMs(100) * perMs + 1);
    }
  });

  it('shows in the service time once for each operation in flight, and for all others in the wait', async () => {
    const threads = 8;
    const measured = await fixed(threads);
    const { write, turnMs } = measured;
    const figures = responseTime(measured);
    expect(write).toMatchObject({ scheduled: operations, completed: operations, failed: 0, dropped: 0 });
    expect(above(measured.buckets('st'), stallMs / 2)).toBe(threads);
    expectNear(write.serviceTime.maxMs, stallMs, turnMs(100));
    expectNear(figures.maxMs, stallMs, turnMs(100));
    expectNear(write.waitTime?.maxMs, stallMs - threads / perMs, turnMs(100));
    expectNear(figures.p99Ms, slowestMs(0.01), turnMs(100));
    // Whoever looks at the service time alone sees nothing of it at 99 %.
    expect(write.serviceTime.p99Ms).toBeLessThan(stallMs / 10);
  });
});

describe('at 20,000 operations per second', REPEATED, () => {
  const [ratePerSecond, durationMs] = [20_000, 3_000];
  const fixed = (more = '') => measure('duration=3s', `threads=512 fixed=${ratePerSecond}/s${more}`, []);

  it('constant arrivals are exact to one and start within a millisecond', async () => {
    const { write, turnMs } = await fixed();
    expect(Math.abs(write.scheduled - (ratePerSecond * durationMs) / 1_000)).toBeLessThanOrEqual(1);
    expect(write).toMatchObject({ completed: write.scheduled, dropped: 0, failed: 0 });
    expect(write.waitTime?.p50Ms).toBeLessThan(1 + turnMs(50) - HANDING_ON_MS);
    expect(write.waitTime?.minMs).toBeGreaterThanOrEqual(0);
  });

  it('Poisson arrivals are those of their seed to one, as many as such a process has, and start within a millisecond', async () => {
    const { write, turnMs } = await fixed(' arrival=poisson');
    const schedule = poissonSchedule(
      ratePerSecond,
      1,
      laneRandom({ seed: 1 }, { first: 0, stride: 1, threads: 512 }, 4),
    );
    let drawn = 0;
    while (schedule.dueNs(drawn) < durationMs * 1e6) drawn++;
    expect(Math.abs(write.scheduled - drawn)).toBeLessThanOrEqual(1);
    // The count of a Poisson process has its mean as its variance; five standard deviations.
    const mean = (ratePerSecond * durationMs) / 1_000;
    expect(Math.abs(write.scheduled - mean)).toBeLessThan(5 * Math.sqrt(mean));
    expect(write).toMatchObject({ completed: write.scheduled, dropped: 0, failed: 0 });
    expect(write.waitTime?.p50Ms).toBeLessThan(1 + turnMs(50) - HANDING_ON_MS);
  });
});

describe('a throttled closed loop', REPEATED, () => {
  const [throttlePerSecond, durationMs, threads] = [1_000, 2_000, 16];
  const throttled = (faults: readonly unknown[]) =>
    measure('duration=2s', `threads=${threads} throttle=${throttlePerSecond}/s`, faults);

  it('does as many operations as it may when the target is fast', async () => {
    const { write } = await throttled([]);
    expect(Math.abs(write.completed - (throttlePerSecond * durationMs) / 1_000)).toBeLessThanOrEqual(1);
    expect(write).toMatchObject({ scheduled: write.completed, dropped: 0, failed: 0 });
  });

  it('does as many as the target answers when it is slow, and drops none', async () => {
    const latencyMs = 50;
    const { write, turnMs } = await throttled([{ kind: 'latency', distribution: { type: 'fixed', ms: latencyMs } }]);
    const rounds = write.completed / threads;
    expect(rounds).toBeLessThanOrEqual((durationMs + 80) / latencyMs);
    expect(rounds).toBeGreaterThanOrEqual(durationMs / (latencyMs * (1 + SHARE) + turnMs(95)) - 1);
    expect(write).toMatchObject({ scheduled: write.completed, dropped: 0, failed: 0 });
    expectNear(write.serviceTime.p50Ms, latencyMs, turnMs(50));
  });
});
