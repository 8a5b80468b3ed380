import { describe, expect, it } from 'vitest';
import { mergePacing, pacingInTime } from './pacing.js';

const one = {
  limit: 64,
  lowest: 8,
  decreases: 3,
  backoffs: 5,
  backoffMs: 70,
  inFlight: 60,
  poolKeys: 100,
  verified: 2,
  isReading: true,
};
const other = {
  ...one,
  limit: 16,
  lowest: 16,
  decreases: 0,
  backoffs: 1,
  backoffMs: 5,
  inFlight: undefined,
  poolKeys: 50,
  isReading: false,
};

describe('the backpressure of a run', () => {
  it('adds up over lanes and executors of one interval', () => {
    expect(mergePacing([one, undefined, other])).toEqual({
      limit: 80,
      lowest: 24,
      decreases: 3,
      backoffs: 6,
      backoffMs: 75,
      inFlight: 60,
      poolKeys: 150,
      verified: 4,
      isReading: true,
    });
    expect(mergePacing([undefined])).toBeUndefined();
  });

  it('is, over intervals that follow each other, what it was at the end, and at its lowest', () => {
    expect(pacingInTime([other, undefined, one])).toEqual({
      ...one,
      lowest: 8,
      backoffs: 6,
      backoffMs: 75,
      verified: 4,
    });
    expect(pacingInTime([one, other])).toMatchObject({ limit: 16, lowest: 8, decreases: 3, isReading: false });
    expect(pacingInTime([])).toBeUndefined();
  });
});
