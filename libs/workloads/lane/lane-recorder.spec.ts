import { describe, expect, it } from 'vitest';
import type { IntervalSnapshot, TargetShardCounts } from '#libs/contract/interval.js';
import { Histogram, loadHistograms } from '#libs/stats/histogram.js';
import { READ, WRITE } from '#libs/stress/operations.js';
import { LaneRecorder } from './lane-recorder.js';
import { OUTCOME_INDEX } from '#libs/workloads/stress/outcome-index.js';

const STRESS_OPERATIONS = ['READ', 'WRITE'] as const;

await loadHistograms();

const MS = 1e6;
const START_AT_MS = 1_700_000_000_000;
const ORIGIN_NS = 5_000 * MS;

/** A recorder whose connections have already moved bytes: those of the warm-up. */
function recording(withSchedule = true) {
  const snapshots: IntervalSnapshot[] = [];
  const totals = { bytesSent: 1_000, bytesReceived: 500, lateAnswers: 2 };
  /** Operations of the target's only shard, and whether the run is over. */
  const target = { operations: 3, isOver: false };
  const takeShards = (): TargetShardCounts[] => {
    const { operations } = target;
    target.operations = 0;
    return [{ node: 'n:1', shard: 0, operations, errors: 0, sumNs: 0, maxNs: 0, buckets: [] }];
  };
  const recorder = new LaneRecorder({
    operations: STRESS_OPERATIONS,
    withSchedule,
    startAtMs: START_AT_MS,
    originNs: ORIGIN_NS,
    emit: (snapshot) => snapshots.push(snapshot),
    totals: () => ({ ...totals }),
    shards: { take: takeShards, isOver: () => target.isOver, intervalMs: 1000 },
    extremes: () => ({ inFlightMax: 7, scheduleLagMaxMs: 3, inFlightCapHits: 1 }),
  });
  /** Records an operation that was due, started and ended so many milliseconds after the start. */
  const record = (operation: number, outcome: number, [dueMs, beganMs, endMs]: [number, number, number], retries = 0) =>
    recorder.record(
      operation,
      outcome,
      ORIGIN_NS + dueMs * MS,
      ORIGIN_NS + beganMs * MS,
      ORIGIN_NS + endMs * MS,
      1,
      retries,
      1,
    );
  const cut = (interval: number, fromMs: number, toMs: number, partial = false) =>
    recorder.cut(interval, ORIGIN_NS + fromMs * MS, ORIGIN_NS + toMs * MS, partial);
  return { snapshots, totals, target, recorder, record, cut };
}

const maxMs = (bytes: Uint8Array | undefined): number => {
  const histogram = Histogram.merged(bytes ? [bytes] : []);
  const [count, most] = [histogram.count, histogram.maxNs];
  histogram.destroy();
  return count === 0 ? -1 : Math.round(most / MS);
};

describe('LaneRecorder', () => {
  it('tells service, response and wait time apart, and keeps failed operations out of all three', () => {
    const { snapshots, recorder, record, cut } = recording();
    recorder.scheduled(WRITE);
    recorder.scheduled(WRITE);
    recorder.dropped(WRITE);
    record(WRITE, OUTCOME_INDEX.ok, [0, 10, 14], 1);
    record(WRITE, OUTCOME_INDEX.overloaded, [0, 10, 900], 9);
    cut(0, 0, 1000);
    const write = snapshots[0]?.operations['WRITE'];
    expect(write).toMatchObject({
      scheduled: 2,
      dropped: 1,
      completed: 2,
      failed: 1,
      retries: 10,
      partitions: 1,
      rows: 1,
      errors: { overloaded: 1 },
    });
    expect([write?.st, write?.rt, write?.wt, write?.failedSt].map(maxMs)).toEqual([4, 14, 10, 890]);
    recorder.close();
  });

  it('has no response time where nothing was scheduled', () => {
    const { snapshots, recorder, record, cut } = recording(false);
    record(READ, OUTCOME_INDEX.ok, [0, 10, 14]);
    cut(0, 0, 1000);
    expect(snapshots[0]?.operations['READ']?.rt).toBeUndefined();
    recorder.close();
  });

  it('empties itself at each boundary and keeps the operations apart', () => {
    const { snapshots, recorder, record, cut } = recording();
    record(READ, OUTCOME_INDEX.ok, [0, 0, 1]);
    record(WRITE, OUTCOME_INDEX.ok, [0, 0, 2]);
    record(WRITE, OUTCOME_INDEX.ok, [0, 0, 3]);
    cut(0, 0, 1000);
    record(READ, OUTCOME_INDEX.ok, [1000, 1000, 1004]);
    cut(1, 1000, 1250, true);
    const completed = snapshots.map(({ operations }) =>
      STRESS_OPERATIONS.map((name) => operations[name]?.completed ?? 0),
    );
    expect(completed).toEqual([
      [1, 2],
      [1, 0],
    ]);
    expect(snapshots.map(({ interval, startMs, lengthMs, partial }) => [interval, startMs, lengthMs, partial])).toEqual(
      [
        [0, START_AT_MS, 1000, false],
        [1, START_AT_MS + 1000, 250, true],
      ],
    );
    recorder.close();
  });

  it('counts bytes and late answers of its interval only, and nothing of the warm-up', () => {
    const { snapshots, totals, recorder, cut } = recording();
    totals.bytesSent += 10;
    cut(0, 0, 1000);
    totals.bytesSent += 25;
    totals.bytesReceived += 4;
    totals.lateAnswers += 1;
    cut(1, 1000, 2000);
    expect(
      snapshots.map(({ self }) => [self.bytesSent, self.bytesReceived, self.lateAnswers, self.inFlightMax]),
    ).toEqual([
      [10, 0, 0, 7],
      [25, 4, 1, 7],
    ]);
    recorder.close();
  });

  it('tells of the shards of the target every five seconds and at the end, and nothing of the warm-up', () => {
    const { snapshots, target, recorder, cut } = recording();
    for (let interval = 0; interval < 6; interval++) {
      target.operations += 10;
      cut(interval, interval * 1000, interval * 1000 + 1000);
    }
    target.operations += 1;
    target.isOver = true;
    cut(6, 6000, 6100, true);
    const told = snapshots.map(({ self }) => self.targetShards?.map(({ operations }) => operations));
    expect(told).toEqual([undefined, undefined, undefined, undefined, [50], undefined, [11]]);
    recorder.close();
  });
});
