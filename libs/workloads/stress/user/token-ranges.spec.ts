import { describe, expect, it } from 'vitest';
import { splitRing, TokenRangeWalk } from './token-ranges.js';

const FIRST = -(2n ** 63n);
const LAST = 2n ** 63n - 1n;

describe('splitRing', () => {
  it.each([
    [[5n], 1],
    [[-9223372036854775808n, 0n, 100n], 3],
    [[LAST, -7n, 4_000_000_000_000n], 16],
    [[1n, 2n, 3n], 8],
  ])('covers the whole ring once: tokens %s, split by %i', (tokens, factor) => {
    const ranges = splitRing(tokens, factor);
    expect(ranges[0]?.above).toBe(FIRST);
    expect(ranges.at(-1)?.to).toBe(LAST);
    for (const [index, { above, to }] of ranges.entries()) {
      expect(to).toBeGreaterThan(above);
      if (index > 0) expect(above).toBe(ranges[index - 1]?.to);
    }
  });

  it('splits a range into equal parts', () => {
    expect(splitRing([], 4).map(({ to }) => to)).toEqual([-(2n ** 62n) - 1n, -1n, 2n ** 62n - 1n, LAST]);
  });
});

describe('TokenRangeWalk', () => {
  const ranges = splitRing([0n], 1);

  it('hands out each range to one operation at a time and ends when all are read', () => {
    const walk = new TokenRangeWalk(ranges, false);
    const first = walk.take();
    const second = walk.take();
    expect([first?.to, second?.to, walk.state]).toEqual([0n, LAST, 'waiting']);
    if (!first || !second) throw new Error('expected two ranges');
    walk.put(first, false);
    expect(walk.state).toBe('open');
    expect(walk.take()).toBe(first);
    walk.put(first, true);
    walk.put(second, true);
    expect(walk.state).toBe('ended');
    expect(walk.take()).toBeUndefined();
  });

  it('begins again with wrap', () => {
    const walk = new TokenRangeWalk(ranges, true);
    for (let turn = 0; turn < 6; turn++) {
      const cursor = walk.take();
      expect(cursor?.to).toBe(turn % 2 === 0 ? 0n : LAST);
      if (cursor) walk.put(cursor, true);
    }
    expect(walk.state).toBe('open');
  });

  it('has ended for a lane without ranges, with wrap too', () => {
    expect(new TokenRangeWalk([], true).state).toBe('ended');
  });
});
