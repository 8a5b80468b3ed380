import { describe, expect, it } from 'vitest';
import { OUTCOMES } from '#libs/contract/outcome.js';
import { encodedCount } from './encoded-counts.js';
import { Histogram } from './histogram.js';
import { OperationRecorder } from './recorder.js';

const OK = 0;
const OVERLOADED = OUTCOMES.indexOf('overloaded');
const TIMED_OUT = OUTCOMES.indexOf('readTimeout');
const MS = 1e6;

const meanMs = (bytes: Uint8Array | undefined) => (bytes ? Histogram.decode(bytes).meanNs / MS : undefined);

describe('a recorder', () => {
  it('keeps service, response and wait time apart', () => {
    const recorder = new OperationRecorder(true);
    recorder.scheduled();
    recorder.record(OK, 100 * MS, 105 * MS, 107 * MS, 1, 0, 1);
    const taken = recorder.snapshot();
    expect(meanMs(taken?.st)).toBeCloseTo(2, 1);
    expect(meanMs(taken?.rt)).toBeCloseTo(7, 1);
    expect(meanMs(taken?.wt)).toBeCloseTo(5, 1);
    expect(taken).toMatchObject({ scheduled: 1, completed: 1, failed: 0, partitions: 1, rows: 1, errors: {} });
    expect(taken?.failedSt).toBeUndefined();
  });

  it('has no response time without a schedule', () => {
    const recorder = new OperationRecorder(false);
    recorder.record(OK, 5, 5, 9, 1, 0, 1);
    expect(recorder.snapshot()).toMatchObject({ rt: undefined, wt: undefined });
  });

  it('keeps failed operations out of all three, with their class and their own time', () => {
    const recorder = new OperationRecorder(true);
    recorder.record(OK, 0, 0, MS, 3, 2, 1);
    recorder.record(OVERLOADED, 0, 0, 50 * MS, 0, 0, 1);
    recorder.record(TIMED_OUT, 0, 0, 70 * MS, 0, 9, 1);
    recorder.record(TIMED_OUT, 0, 0, 90 * MS, 0, 9, 1);
    const taken = recorder.snapshot();
    expect(taken).toMatchObject({
      completed: 4,
      failed: 3,
      retries: 20,
      partitions: 1,
      rows: 3,
      errors: { overloaded: 1, readTimeout: 2 },
    });
    expect([taken?.st, taken?.rt, taken?.wt, taken?.failedSt].map((bytes) => bytes && encodedCount(bytes))).toEqual([
      1, 1, 1, 3,
    ]);
    expect(meanMs(taken?.failedSt)).toBeCloseTo(70, 0);
  });

  it('starts every interval at zero, and says nothing of one in which nothing happened', () => {
    const recorder = new OperationRecorder(true);
    expect(recorder.snapshot()).toBeUndefined();
    recorder.record(TIMED_OUT, 0, 0, MS, 0, 1, 1);
    recorder.dropped();
    recorder.snapshot();
    expect(recorder.snapshot()).toBeUndefined();
    recorder.scheduled();
    expect(recorder.snapshot()).toMatchObject({ scheduled: 1, completed: 0, dropped: 0, retries: 0, errors: {} });
  });
});
