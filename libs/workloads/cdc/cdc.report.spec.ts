import { describe, expect, it } from 'vitest';
import { joinCdc } from './cdc.report.js';
import { CdcReport } from './cdc.schema.js';
import { periodMs } from './commitlog-period.js';
import { WriteTally } from './write-tally.js';
import { anInterval, anOperation, steady } from '#libs/stats/sample-interval.js';

const latency = (count: number, p99Ms: number) => ({
  count,
  minMs: -1,
  meanMs: p99Ms / 2,
  p50Ms: 1,
  p95Ms: 2,
  p99Ms,
  maxMs: p99Ms,
});

const aReport = (changes: number, timed: number, p99Ms: number): CdcReport =>
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
    outcomes: { timed, superseded: 2, unknown: 4, unverified: 0, lost: 0 },
    verifiedShare: 0,
    unseen: 1,
    unverifiedBy: { deadline: 0, backlog: 0, notFollowed: 0 },
    fromAck: latency(timed, p99Ms),
    fromSend: latency(timed, p99Ms),
    fromDue: latency(timed, p99Ms),
    negativeFromAck: 1,
    wrongRows: { missing: 1, reappeared: 0, stale: 0, different: 0 },
    wrongRowCount: 1,
    vanished: 0,
    duplicates: 3,
    reordered: 0,
    reappearances: 0,
    unexpectedDeletes: 0,
    queueDepthMax: p99Ms,
    drainMs: 5,
    drained: true,
    pollGapMaxMs: null,
    clock: { offsetMs: 1, errorMs: p99Ms, driftMs: 0 },
    sinkErrors: { verify: 1 },
    commitlogSyncPeriodMs: 10_000,
    commitlogNote: '',
    simulated: null,
  });

describe('the report of several executors', () => {
  it('adds up what can be added, and keeps the worst of the rest', () => {
    const joined = joinCdc([aReport(105, 98, 40), aReport(205, 198, 60)]);
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
    expect(joined?.fromAck).toMatchObject({ count: 296, p99Ms: 60, meanMs: (98 * 20 + 198 * 30) / 296 });
    expect(joinCdc([])).toBeUndefined();
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
