import { beforeAll, describe, expect, it } from 'vitest';
import { Histogram, loadHistograms } from '#libs/stats/histogram.js';
import { adjustedRowRate, Uncertainty, UncertaintyWatch } from './uncertainty.js';

const LIMITS = { relativeError: 0.1, minIntervals: 3, maxIntervals: 6 };

const noted = (...rates: number[]): Uncertainty => {
  const uncertainty = new Uncertainty();
  for (const rate of rates) uncertainty.note(rate);
  return uncertainty;
};

describe('Uncertainty', () => {
  beforeAll(() => loadHistograms());

  it('is the standard error of the mean over the mean', () => {
    expect(noted().relativeError).toBe(0);
    expect(noted(100).relativeError).toBe(0);
    // Mean 100, sigma 10, two of them.
    expect(noted(90, 110).relativeError).toBeCloseTo(0.1 / Math.SQRT2);
  });

  it('leaves out the time of the slowest operation', () => {
    expect(adjustedRowRate(900, 1000, 100e6)).toBeCloseTo(1000);
  });

  it('is small enough after the least number of intervals, and at the latest after the most', () => {
    expect(noted(100, 100).isWithin(LIMITS)).toBe(false);
    expect(noted(100, 100, 100).isWithin(LIMITS)).toBe(true);
    expect(noted(1, 100, 1, 100, 1).isWithin(LIMITS)).toBe(false);
    expect(noted(1, 100, 1, 100, 1, 100).isWithin(LIMITS)).toBe(true);
  });

  it('ends a run once, and counts only intervals in which something ended', () => {
    const st = Histogram.empty();
    st.record(1e6);
    const one = { ...counters, st: st.encode(), completed: 100, rows: 100 };
    let ends = 0;
    const watch = new UncertaintyWatch(LIMITS, () => ends++);
    const add = (completed: number) => watch.add({ lengthMs: 1000, operations: { WRITE: { ...one, completed } } });
    for (const completed of [100, 0, 100, 0]) add(completed);
    expect(ends).toBe(0);
    add(100);
    add(100);
    expect(ends).toBe(1);
    st.destroy();
  });
});

const counters = {
  scheduled: 0,
  completed: 0,
  failed: 0,
  dropped: 0,
  retries: 0,
  rows: 0,
  partitions: 0,
  errors: {},
};
