import { describe, expect, it } from 'vitest';
import { seededRandom } from '#libs/load/random.js';
import { encodedBuckets, encodedCount } from './encoded-counts.js';
import { Histogram } from './histogram.js';
import { mergeExecutors, mergeLanes, mergeOperation } from './merge.js';
import { anInterval, anOperation, aSelf, encoded } from './sample-interval.js';

/** Random latencies in milliseconds, spread over six orders of magnitude. */
function randomParts(seed: number): number[][] {
  const random = seededRandom(seed);
  return Array.from({ length: 1 + Math.floor(random() * 6) }, () =>
    Array.from({ length: Math.floor(random() * 400) }, () => 10 ** (random() * 6 - 3)),
  );
}

describe('merging', () => {
  it.each(Array.from({ length: 20 }, (_, seed) => seed))('is concatenation (seed %d)', (seed) => {
    const parts = randomParts(seed);
    const merged = mergeOperation(parts.map((part) => anOperation(part, { rt: encoded(part) })));
    const whole = anOperation(parts.flat(), { rt: encoded(parts.flat()) });
    expect(encodedBuckets(merged.st)).toEqual(encodedBuckets(whole.st));
    expect(encodedBuckets(merged.rt ?? merged.st)).toEqual(encodedBuckets(whole.st));
    expect({ ...merged, st: 0, rt: 0 }).toEqual({ ...whole, st: 0, rt: 0 });
  });

  it('does not depend on order or grouping', () => {
    const [a, b, c] = [randomParts(101).flat(), randomParts(102).flat(), randomParts(103).flat()];
    const [x, y, z] = [anOperation(a), anOperation(b), anOperation(c)];
    const left = mergeOperation([mergeOperation([x, y]), z]);
    const right = mergeOperation([z, mergeOperation([y, x])]);
    expect(encodedBuckets(left.st)).toEqual(encodedBuckets(right.st));
  });

  it('adds counters and errors by class', () => {
    const merged = mergeOperation([
      anOperation([1, 2], { scheduled: 5, completed: 4, failed: 2, dropped: 1, retries: 3, errors: { overloaded: 2 } }),
      anOperation([3], { completed: 4, failed: 3, errors: { overloaded: 1, readTimeout: 2 } }),
    ]);
    expect(merged).toMatchObject({
      scheduled: 6,
      completed: 8,
      failed: 5,
      dropped: 1,
      retries: 3,
      partitions: 3,
      rows: 3,
      errors: { overloaded: 3, readTimeout: 2 },
    });
    expect(encodedCount(merged.st)).toBe(3);
  });

  it('never averages: the percentile of all is that of the merged histogram', () => {
    // 990 fast ones on one executor, 10 slow ones on the other: the averages of their percentiles would say 50 ms.
    const fast = Array.from({ length: 990 }, () => 1);
    const slow = Array.from({ length: 10 }, () => 100);
    const { st } = mergeOperation([anOperation(fast), anOperation(slow)]);
    const histogram = Histogram.decode(st);
    expect(histogram.valueAtNs(99) / 1e6).toBeCloseTo(1, 2);
    expect(histogram.valueAtNs(99.9) / 1e6).toBeCloseTo(100, 0);
  });
});

describe('snapshots of the same interval', () => {
  const one = anInterval(3, { self: aSelf({ cpuUs: 500, rssBytes: 70, inFlightMax: 4, gcPauseMs: 2 }) });
  const other = anInterval(3, {
    operations: { READ: anOperation([7]) },
    lengthMs: 400,
    partial: true,
    self: aSelf({ cpuUs: 300, rssBytes: 90, inFlightMax: 5, gcPauseMs: 9, loopUtilization: 0.9 }),
  });

  it('of lanes share one process: its CPU and memory count once', () => {
    const merged = mergeLanes([one, other]);
    expect(merged.self).toMatchObject({ cpuUs: 500, rssBytes: 90, inFlightMax: 9, gcPauseMs: 9, loopUtilization: 0.9 });
    expect(Object.keys(merged.operations)).toEqual(['READ', 'WRITE']);
    expect(merged).toMatchObject({ interval: 3, lengthMs: 1000, partial: false, startMs: one.startMs });
  });

  it('of executors add their CPU and memory up', () => {
    expect(mergeExecutors([one, other]).self).toMatchObject({ cpuUs: 800, rssBytes: 160, bytesSent: 2000 });
  });

  it('have read rows and files together; the longest queue counts', () => {
    const reading = (rowsRead: number, files: number, queueDepth: number) =>
      anInterval(3, { self: aSelf({ reading: { rowsRead, files, queueDepth } }) });
    const merged = mergeExecutors([reading(100, 1, 7), reading(50, 0, 9), anInterval(3)]);
    expect(merged.self.reading).toEqual({ rowsRead: 150, files: 1, queueDepth: 9 });
    expect(mergeLanes([anInterval(3), anInterval(3)]).self.reading).toBeUndefined();
  });

  it('are none: a mistake of the caller', () => {
    expect(() => mergeLanes([])).toThrow('expected at least one snapshot');
  });
});
