import { describe, expect, it } from 'vitest';
import { AgreedClock } from './agreed-clock.js';
import { VirtualClock } from './virtual-clock.js';

const clocks = () => {
  const own = new VirtualClock();
  return { own, agreed: new AgreedClock(own) };
};

/** A database whose clock is ahead of ours, asked over a network; the last way is taken again and again. */
const server =
  (own: VirtualClock, aheadMs: number, ...ways: [there: number, back: number][]) =>
  () => {
    const [there, back] = (ways.length > 1 ? ways.shift() : ways[0]) ?? [0, 0];
    own.block(there * 1e6);
    const answer = own.epochMs() + aheadMs;
    own.block(back * 1e6);
    return Promise.resolve(answer);
  };

describe('AgreedClock', () => {
  it('is the own clock while nothing is known, and when the difference may be the travel', async () => {
    const { own, agreed } = clocks();
    expect(agreed.epochMs()).toBe(own.epochMs());
    await agreed.set(server(own, 0, [1, 30]));
    expect(agreed.offsetMs).toBe(0);
  });

  it('believes the quickest of several answers', async () => {
    const { own, agreed } = clocks();
    await agreed.set(server(own, -10_000, [0, 400], [1, 1], [300, 0], [50, 0], [0, 60]));
    expect(agreed.offsetMs).toBeCloseTo(-10_000, 0);
    expect(agreed.epochMs()).toBe(own.epochMs() - 10_000);
    const atNs = own.nowNs() + 5e9;
    expect(agreed.atEpochMs(agreed.toEpochMs(atNs))).toBeCloseTo(atNs, -4);
    expect(agreed.toEpochMs(atNs) - own.toEpochMs(atNs)).toBeCloseTo(-10_000, 0);
  });

  it('follows a clock that was set, and not an answer that was held up', async () => {
    const { own, agreed } = clocks();
    await agreed.set(server(own, 5_000, [1, 1]));
    await agreed.follow(server(own, 5_000, [0, 4_000]));
    expect(agreed.offsetMs).toBeCloseTo(5_000, 0);
    await agreed.follow(server(own, 1_000, [1, 1]));
    expect(agreed.offsetMs).toBeCloseTo(1_000, 0);
    await agreed.follow(server(own, 1, [1, 1]));
    expect(agreed.offsetMs).toBe(0);
  });
});
