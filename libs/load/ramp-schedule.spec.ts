import { describe, expect, it } from 'vitest';
import { rampedSchedule } from './ramp-schedule.js';
import { constantSchedule } from './schedule.js';

describe('a ramp', () => {
  const schedule = rampedSchedule(constantSchedule(1000, 0, 1), 2e9);

  it('has half of the operations that the full rate would have had', () => {
    expect(schedule.countBefore(2e9)).toBe(1000);
    expect(schedule.countBefore(1e9)).toBe(250);
    expect(schedule.countBefore(5e9)).toBe(4000);
  });

  it('is due in rising order and evenly once it is over', () => {
    const due = Array.from({ length: 1200 }, (_, index) => schedule.dueNs(index));
    expect(due.every((ns, index) => index === 0 || ns > (due[index - 1] ?? 0))).toBe(true);
    expect(due[1000]).toBeCloseTo(2e9, 0);
    expect((due[1101] ?? 0) - (due[1100] ?? 0)).toBeCloseTo(1e6, 0);
  });
});
