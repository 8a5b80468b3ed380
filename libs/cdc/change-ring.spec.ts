import { describe, expect, it } from 'vitest';
import { ChangeRing, makeRing, type RingChange } from './change-ring.js';
import { LiveKeys } from './live-keys.js';

const blank = (): RingChange => ({ key: 0, seq: 0, operation: 0, state: 0, dueMs: 0, sentMs: 0, ackedMs: 0 });

describe('the ring between a lane and the verifier', () => {
  it('hands on in order, refuses what does not fit, and goes round', () => {
    const memory = makeRing(4);
    const [lane, verifier] = [new ChangeRing(memory), new ChangeRing(memory)];
    const change = blank();
    for (let round = 0; round < 10; round++) {
      const pushed = [1, 2, 3, 4, 5].map((key) => lane.push(key + round, 2 ** 40, 2, 1, 0.5, 1.5, 2.5));
      expect(pushed).toEqual([true, true, true, true, false]);
      const popped: number[] = [];
      while (verifier.pop(change)) popped.push(change.key);
      expect(popped).toEqual([1, 2, 3, 4].map((key) => key + round));
    }
    expect(change).toEqual({ key: 13, seq: 2 ** 40, operation: 2, state: 1, dueMs: 0.5, sentMs: 1.5, ackedMs: 2.5 });
  });
});

describe('live keys', () => {
  it('are drawn once until they are given back, and bounded', () => {
    const live = new LiveKeys(3, () => 0.5);
    expect([1, 2, 3, 4].map((key) => live.give(key))).toEqual([true, true, true, false]);
    const drawn = [live.take(), live.take(), live.take(), live.take()];
    expect(drawn.toSorted((one, other) => one - other)).toEqual([-1, 1, 2, 3]);
    expect(live.count).toBe(0);
  });
});
