import { describe, expect, it } from 'vitest';
import { isImproving, meanImprovement, nextThreads } from './thread-search.js';

describe('the search of the number of threads', () => {
  it('takes 100 more, from 500 a fifth more, from 1500 a tenth more', () => {
    const taken: number[] = [];
    for (let threads = 4; threads < 2000; threads = nextThreads(threads)) taken.push(threads);
    expect(taken).toEqual([4, 104, 204, 304, 404, 504, 604, 724, 868, 1041, 1249, 1498, 1797, 1976]);
  });

  it('takes the mean of the improvements, each over the run before', () => {
    expect(meanImprovement([100, 150], 1)).toBeCloseTo(0.5);
    expect(meanImprovement([10, 100, 150, 120], 2)).toBeCloseTo((0.5 - 0.2) / 2);
  });

  it.each([
    [[100], -1, true],
    [[100, 90, 80], -1, true],
    [[100, 90, 80, 70], -1, false],
    [[100, 90, 100, 105], -1, true],
    [[100, 101, 102, 103, 104, 105], 0.02, false],
    [[100, 101, 102, 103, 104, 105], -1, true],
    [[100, 110, 120, 130, 140, 150], 0.02, true],
  ])('of rates %j with the error %d goes on: %s', (rates, error, goesOn) => {
    expect(isImproving(rates, error)).toBe(goesOn);
  });
});
