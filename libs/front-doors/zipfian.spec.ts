import { describe, expect, it } from 'vitest';
import { seededRandom } from '#libs/load/random.js';
import { fnv64, remainder } from './fnv64.js';
import { Word64 } from './word64.js';
import { ScrambledZipfian, zeta, Zipfian } from './zipfian.js';

/** The middles of `count` equal parts of [0, 1): what a perfect random source gives in the long run. */
const grid = (count: number) => {
  let index = 0;
  return () => (index++ + 0.5) / count;
};

const frequencies = (draw: () => number, draws: number): Map<number, number> => {
  const counts = new Map<number, number>();
  for (let index = 0; index < draws; index++) {
    const drawn = draw();
    counts.set(drawn, (counts.get(drawn) ?? 0) + 1 / draws);
  }
  return counts;
};

describe('zeta', () => {
  it.each([1, 2, 3, 999, 1000, 1001, 5000, 300_000])('of %s is the sum of its terms', (n) => {
    let sum = 0;
    for (let term = n; term > 0; term--) sum += term ** -0.99;
    expect(Math.abs(zeta(n) - sum)).toBeLessThan(1e-11);
  });

  it('of ten thousand million is the constant that YCSB carries', () => {
    expect(zeta(1e10)).toBeCloseTo(26.469_028_201_783_02, 6);
  });
});

describe('Zipfian', () => {
  it("has the first two numbers exactly as often as Zipf's law, and the others nearly", () => {
    const count = 1000;
    const drawn = frequencies(
      (
        (zipfian) => () =>
          zipfian.next()
      )(new Zipfian(count, grid(1e6))),
      1e6,
    );
    expect(drawn.get(0)).toBeCloseTo(1 / zeta(count), 5);
    expect(drawn.get(1)).toBeCloseTo(0.5 ** 0.99 / zeta(count), 5);
    for (const rank of [3, 10, 30, 100, 300, 1000]) {
      let share = 0;
      for (let index = 0; index < rank; index++) share += drawn.get(index) ?? 0;
      expect(Math.abs(share - zeta(rank) / zeta(count)), `the first ${rank}`).toBeLessThan(0.03);
    }
    expect(Math.max(...drawn.keys())).toBe(count - 1);
  });

  it.each([1, 2, 3])('stays below %s, whatever is drawn', (count) => {
    for (const draw of [0, 0.3, 0.7, 1 - 2 ** -53]) {
      const next = new Zipfian(count, () => draw).next();
      expect(next).toBeGreaterThanOrEqual(0);
      expect(next).toBeLessThan(count);
    }
    expect(new Zipfian(count, () => 1 - 2 ** -53).next()).toBe(count - 1);
  });

  it('draws after growing what it would have drawn at that size', () => {
    for (const [from, to] of [
      [10, 11],
      [500, 1499],
      [1000, 50_000],
    ] as const) {
      const grown = new Zipfian(from, seededRandom(1));
      grown.grow(to);
      const made = new Zipfian(to, seededRandom(1));
      for (let index = 0; index < 1000; index++) expect(grown.next()).toBe(made.next());
    }
  });
});

describe('fnv64', () => {
  const byBigInt = (value: number): bigint => {
    let hash = 0xcbf2_9ce4_8422_2325n;
    for (let shift = 0n; shift < 64n; shift += 8n)
      hash = BigInt.asUintN(64, (hash ^ ((BigInt(value) >> shift) & 0xffn)) * 0x100_0000_01b3n);
    const signed = BigInt.asIntN(64, hash);
    return signed < 0n ? -signed : signed;
  };

  it.each([0, 1, 2, 255, 256, 65_537, 2 ** 32, 9_999_999_999, 2 ** 53 - 1])('of %s equals that of BigInt', (value) => {
    const hash = fnv64(value, new Word64());
    expect(hash.toBigInt()).toBe(byBigInt(value));
    for (const divisor of [1, 7, 1000, 1e10, 2 ** 37])
      expect(remainder(hash, divisor)).toBe(Number(byBigInt(value) % BigInt(divisor)));
  });
});

describe('ScrambledZipfian', () => {
  it('has the most popular number where its hash lies, as often as among ten thousand million', () => {
    const scrambled = new ScrambledZipfian(1000, grid(200_000));
    const drawn = frequencies(() => scrambled.next(), 200_000);
    const first = remainder(fnv64(0, new Word64()), 1000);
    const [most] = [...drawn.entries()].toSorted((a, b) => b[1] - a[1]);
    expect(most?.[0]).toBe(first);
    // Its own 1 / zeta, and its part of the many that fall on it by chance.
    expect(most?.[1]).toBeGreaterThan(1 / zeta(1e10));
    expect(most?.[1]).toBeLessThan(1 / zeta(1e10) + 2 / 1000);
    expect(drawn.size).toBe(1000);
  });
});
