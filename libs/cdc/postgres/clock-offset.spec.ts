import { expect, it } from 'vitest';
import { clockOffset } from './clock-offset.js';

it('the offset of two clocks is that of the quickest round trip, to within half of it', async () => {
  const AHEAD_MS = 40;
  let nowMs = 1_000;
  // There and back differ: the error that cannot be seen, and must be stated.
  const trips = [
    [30, 2],
    [3, 1],
    [9, 9],
  ];
  const ask = () => {
    const [there = 0, back = 0] = trips.shift() ?? [];
    const answered = nowMs + there + AHEAD_MS;
    nowMs += there + back;
    return Promise.resolve([[answered]]);
  };
  const clock = { nowNs: () => nowMs * 1e6, toEpochMs: (ns: number) => ns / 1e6 };
  const { offsetMs, errorMs } = await clockOffset(ask, clock, 3);
  expect([offsetMs, errorMs]).toEqual([41, 2]);
  expect(Math.abs(offsetMs - AHEAD_MS)).toBeLessThanOrEqual(errorMs);
});
