import { describe, expect, it } from 'vitest';
import { Aimd, type AimdOptions } from './aimd.js';
import { seededRandom } from './random.js';
import { VirtualClock } from './virtual-clock.js';

const MS = 1e6;

const aimdOf = (change: Partial<AimdOptions> = {}): Aimd =>
  new Aimd({
    min: 1,
    max: 128,
    increase: 1,
    decrease: 0.5,
    firstBackoffNs: 10 * MS,
    longestBackoffNs: 500 * MS,
    random: seededRandom(1),
    ...change,
  });

/**
 * A server that refuses at once what comes while `capacity` are being served, 5 ms each, and a client that sends again
 * after a backoff; both on virtual time. Tells what was served in each second.
 */
function against(capacity: (atMs: number) => number, seconds: number, aimd: Aimd) {
  const clock = new VirtualClock();
  const seen = { served: 0, refused: 0, most: 0, limits: [] as number[] };
  const perSecond: (typeof seen)[] = [];
  let [onWire, slots] = [0, 128];
  const send = (tries: number): void => {
    if (onWire >= aimd.allowed) {
      clock.plan(clock.nowNs() + MS, () => send(tries));
      return;
    }
    onWire++;
    seen.most = Math.max(seen.most, onWire);
    const begunNs = clock.nowNs();
    const isFull = onWire > capacity(begunNs / MS);
    clock.plan(begunNs + (isFull ? 1 : 5) * MS, () => {
      onWire--;
      if (isFull) {
        seen.refused++;
        aimd.refused(begunNs, clock.nowNs());
        clock.plan(clock.nowNs() + aimd.backoff(tries), () => send(tries + 1));
      } else {
        seen.served++;
        aimd.succeeded();
        send(0);
      }
    });
  };
  while (slots-- > 0) send(0);
  for (let second = 1; second <= seconds; second++) {
    clock.advance(second * 1000 * MS);
    perSecond.push({ ...seen, limits: [aimd.allowed] });
    Object.assign(seen, { served: 0, refused: 0, most: 0 });
  }
  return perSecond;
}

describe('Aimd', () => {
  it('lets as much through as the target takes, and comes back when it takes more', () => {
    const aimd = aimdOf();
    const seconds = against((atMs) => (atMs >= 3_000 && atMs < 8_000 ? 10 : 128), 14, aimd);
    const [before, , , , , , narrow] = seconds;
    expect(before).toMatchObject({ refused: 0, most: 128 });
    // 10 served in 5 ms is 2,000 a second; with the saw teeth of the limit at least two thirds of it.
    expect(narrow?.served).toBeGreaterThan(1_300);
    expect(narrow?.served).toBeLessThanOrEqual(2_000);
    expect(narrow?.most).toBeLessThan(20);
    expect((narrow?.refused ?? 0) / (narrow?.served ?? 1)).toBeLessThan(0.05);
    expect(seconds.at(-1)).toMatchObject({ refused: 0, most: 128 });
    expect(aimd.allowed).toBe(128);
  });

  it('is lowered once by a whole window that is refused, and never below its least', () => {
    const aimd = aimdOf({ min: 4, max: 100 });
    for (let each = 0; each < 100; each++) aimd.refused(10, 20 + each);
    expect(aimd.allowed).toBe(50);
    for (let each = 1; each < 50; each++) aimd.refused(1000 * each, 1000 * each + 1);
    expect(aimd.allowed).toBe(4);
    expect(aimd.take()).toMatchObject({ limit: 4, lowest: 4, decreases: 50 });
    aimd.succeeded();
    expect(aimd.take()).toEqual({ limit: 4.25, lowest: 4, decreases: 0, backoffs: 0, backoffMs: 0 });
  });

  it('waits twice as long at each try up to the longest, by chance half as long, and counts it', () => {
    const waits = (aimd: Aimd) => [0, 1, 2, 3, 10, 100].map((tries) => aimd.backoff(tries) / MS);
    const aimd = aimdOf();
    const drawn = waits(aimd);
    for (const [index, whole] of [10, 20, 40, 80, 500, 500].entries()) {
      expect(drawn[index]).toBeLessThanOrEqual(whole);
      expect(drawn[index]).toBeGreaterThan(whole / 2);
    }
    expect(waits(aimdOf())).toEqual(drawn);
    const { backoffs, backoffMs } = aimd.take();
    expect(backoffs).toBe(6);
    expect(backoffMs).toBeCloseTo(
      drawn.reduce((sum, ms) => sum + ms, 0),
      6,
    );
  });
});
