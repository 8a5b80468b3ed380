import { describe, expect, it } from 'vitest';
import { gcDeviationMs, mergeServerGc } from './server-gc.js';

const pauses = (...ms: number[]) => ({
  collections: ms.length,
  maxMs: Math.max(...ms),
  sumMs: ms.reduce((sum, one) => sum + one, 0),
  sumSquaresMs: ms.reduce((sum, one) => sum + one * one, 0),
  bytes: 10,
});

describe('garbage collection of servers', () => {
  it('of parts is that of the whole', () => {
    const merged = mergeServerGc([pauses(1, 5), undefined, pauses(3, 7)]);
    expect(merged).toEqual({ ...pauses(1, 5, 3, 7), bytes: 20 });
    // Mean 4, squares of the distances 9, 1, 1, 9.
    expect(gcDeviationMs(merged)).toBeCloseTo(Math.sqrt(5), 9);
  });

  it('is nothing where nobody looked', () => {
    expect(mergeServerGc([undefined, undefined])).toBeUndefined();
    expect(gcDeviationMs(undefined)).toBe(0);
  });
});
