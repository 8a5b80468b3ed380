import { describe, expect, it } from 'vitest';
import { constantSchedule } from './schedule.js';

describe('a constant schedule', () => {
  // Whole nanoseconds between two operations are 666 at 1,500,000/s, which makes 1,501,501/s of it.
  it.each([1_500_000, 300_000, 7, 0.3])('of %s per second is due by its index, whatever the period', (rate) => {
    const schedule = constantSchedule(rate, 0, 1);
    const hourNs = 3_600e9;
    expect(schedule.countBefore(hourNs)).toBe(Math.ceil(rate * 3_600 - 1e-6));
    const index = Math.floor(rate * 3_000);
    expect(schedule.dueNs(index)).toBeCloseTo((index / rate) * 1e9, -1);
  });

  it('is shared out over lanes without a gap', () => {
    const lanes = [0, 1, 2].map((first) => constantSchedule(1_500_000, first, 3));
    const dues = lanes.flatMap((lane) => [0, 1, 2, 3].map((index) => lane.dueNs(index))).toSorted((a, b) => a - b);
    for (const [index, due] of dues.entries()) expect(due).toBeCloseTo((index * 2_000) / 3, 6);
  });
});
