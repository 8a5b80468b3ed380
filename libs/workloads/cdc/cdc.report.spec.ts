import { describe, expect, it } from 'vitest';
import { SignedLatency } from '#libs/stats/signed-latency.js';
import { judge } from '#libs/stats/verdict.js';
import { latencyOf } from './cdc-latency.js';
import { cdcThresholds } from './cdc-thresholds.js';
import { joinCdc } from './cdc.report.js';
import { CdcReport, CdcSpec } from './cdc.schema.js';
import { periodMs } from './commitlog-period.js';
import { WriteTally } from './write-tally.js';
import { anInterval, anOperation, steady } from '#libs/stats/sample-interval.js';

const NO_RUN = { durationMs: 0, coverage: 1, startSkewMs: null, mismatchCount: 0, clientCpuUsPerOperation: null };

/** Latencies of these milliseconds. */
function latency(all: readonly number[]): CdcReport['fromAck'] {
  const signed = new SignedLatency();
  for (const ms of all) signed.record(ms);
  const encoded = latencyOf(signed);
  signed.destroy();
  return encoded;
}

const aReport = (changes: number, latenciesMs: readonly number[], errorMs: number): CdcReport =>
  CdcReport.parse({
    kind: 'cdc',
    pipeline: 'external',
    written: { insert: 70, update: 20, delete: 10 },
    failedWrites: 25,
    eventsPerSecond: 100,
    errorShare: 0.2,
    method: 'slot',
    methodNote: '',
    sampledKeys: 5,
    sampledChanges: changes,
    outcomes: { timed: latenciesMs.length, superseded: 2, unknown: 4, unverified: 0, lost: 0 },
    verifiedShare: 0,
    unseen: 1,
    unverifiedBy: { deadline: 0, backlog: 0, notFollowed: 0 },
    fromAck: latency(latenciesMs),
    fromSend: latency(latenciesMs.map((ms) => ms + 1)),
    fromDue: latency(latenciesMs.map((ms) => ms + 2)),
    negativeFromAck: 1,
    wrongRows: { missing: 1, reappeared: 0, stale: 0, different: 0 },
    wrongRowCount: 1,
    vanished: 0,
    duplicates: 3,
    reordered: 0,
    reappearances: 0,
    unexpectedDeletes: 0,
    queueDepthMax: errorMs,
    drainMs: 5,
    drained: true,
    pollGapMaxMs: null,
    clock: { offsetMs: 1, errorMs, driftMs: 0 },
    sinkErrors: { verify: 1 },
    commitlogSyncPeriodMs: 10_000,
    commitlogNote: '',
    simulated: null,
  });

/** From `least`, one more each. */
const upFrom = (least: number, count: number): number[] => Array.from({ length: count }, (_, index) => least + index);

describe('the report of several executors', () => {
  it('adds up what can be added, and keeps the worst of the rest', () => {
    const joined = joinCdc([aReport(105, upFrom(1, 98), 40), aReport(205, upFrom(1, 198), 60)]);
    expect(joined).toMatchObject({
      written: { insert: 140, update: 40, delete: 20 },
      eventsPerSecond: 200,
      errorShare: 0.2,
      sampledChanges: 310,
      outcomes: { timed: 296, superseded: 4, unknown: 8 },
      verifiedShare: (296 + 4 - 2) / (310 - 8 - 2),
      duplicates: 6,
      queueDepthMax: 60,
      sinkErrors: { verify: 2 },
      clock: { errorMs: 60 },
    });
    expect(joinCdc([])).toBeUndefined();
  });

  it('has the percentiles of all changes, and limits are judged by those', () => {
    // 990 quick changes of one, 10 slow ones of the other: its own P95 says little of the run.
    const [quick, slow] = [upFrom(-10, 990), upFrom(3_000, 10)];
    const joined = joinCdc([aReport(990, quick, 1), aReport(10, slow, 1), aReport(0, [], 1)]);
    const all = latency([...quick, ...slow]);
    expect(joined?.fromAck).toEqual({ ...all, meanMs: expect.closeTo(all.meanMs ?? NaN, 9) });
    expect([all.minMs, all.maxMs, all.count]).toEqual([-10, 3_009, 1_000]);
    expect(joined?.fromAck.p95Ms).toBeCloseTo(939, -1);
    expect(joined?.fromDue.p95Ms).toBeCloseTo(941, -1);
    const thresholds = cdcThresholds(CdcSpec.parse({}), { p95Ms: 2_000, p99Ms: 2_000 });
    const judged = thresholds.map((threshold) =>
      judge(threshold, { operations: {}, run: NO_RUN, report: joined, percentileMs: () => null }),
    );
    const passed = new Map(judged.map(({ threshold, passed: isPassed }) => [threshold.metric, isPassed]));
    expect(passed.get('report.fromAck.p95Ms')).toBe(true);
    expect(passed.get('report.fromAck.p99Ms')).toBe(true);
    // Joined once more, as when a run is judged and then shown.
    expect(joinCdc([joined ?? aReport(0, [], 1), aReport(0, [], 1)])?.fromAck.p99Ms).toBe(joined?.fromAck.p99Ms);
  });
});

describe('the rate of a run', () => {
  it('is that after its ramp, without what came after its end', () => {
    const tally = new WriteTally({ rampMs: 1000, durationMs: 3000 }, 50_000);
    for (const [interval, count, lengthMs] of [
      [0, 50, 1000],
      [1, 100, 1000],
      [2, 100, 1080],
    ] as const) {
      const operations = {
        insert: anOperation(steady(count, 1), { completed: count + 1, failed: 1, errors: { writeTimeout: 1 } }),
        replication: anOperation(steady(9, 1)),
      };
      tally.add({ ...anInterval(interval, { operations }), startMs: 50_000 + 1000 * interval, lengthMs });
    }
    expect(tally.report()).toEqual({
      written: { insert: 250, update: 0, delete: 0 },
      failedWrites: 3,
      errorShare: 3 / 253,
      eventsPerSecond: 100,
    });
  });
});

it('the period of the commit log is read as each version of Cassandra writes it', () => {
  expect(['10000ms', '10s', '10000', '1m', 'soon'].map(periodMs)).toEqual([10_000, 10_000, 10_000, 60_000, null]);
});
