import { fnv64, remainder } from './fnv64.js';
import { Word64 } from './word64.js';

/** YCSB's constant. */
const THETA = 0.99;
const SUMMED_TERMS = 1_000;

const sum = (from: number, to: number, theta: number): number => {
  let total = 0;
  for (let term = to; term >= from; term--) total += term ** -theta;
  return total;
};

/**
 * 1 + 2^-θ + … + n^-θ for 0 < θ < 1: the first thousand terms added, the rest by the formula of Euler and Maclaurin, whose error
 * is then below 1e-13. So ten thousand million rows cost what a thousand do.
 */
export function zeta(n: number, theta = THETA): number {
  if (n <= SUMMED_TERMS) return sum(1, n, theta);
  const m = SUMMED_TERMS;
  const integral = (n ** (1 - theta) - m ** (1 - theta)) / (1 - theta);
  const ends = (n ** -theta - m ** -theta) / 2;
  const slopes = (theta * (m ** (-theta - 1) - n ** (-theta - 1))) / 12;
  return sum(1, m, theta) + integral + ends + slopes;
}

/**
 * Numbers from 0, 0 the most frequent: i + 1 with a probability of about (i + 1)^-θ / zeta(n). The method of Gray, Sundaresan,
 * Englert, Baclawski and Weinberger, "Quickly generating billion-record synthetic databases", SIGMOD 1994: exact for 0 and 1,
 * a continuous approximation beyond. Draws without allocation.
 */
export class Zipfian {
  private readonly alpha: number;
  private readonly zetaOfTwo: number;
  private readonly second: number;
  private zetaOfCount: number;
  private eta = 0;

  constructor(
    public count: number,
    private readonly random: () => number,
    private readonly theta = THETA,
  ) {
    this.alpha = 1 / (1 - theta);
    this.second = 1 + 0.5 ** theta;
    this.zetaOfTwo = zeta(2, theta);
    this.zetaOfCount = zeta(count, theta);
    this.fit();
  }

  next(): number {
    const drawn = this.random();
    const scaled = drawn * this.zetaOfCount;
    if (scaled < 1) return 0;
    if (scaled < this.second) return 1;
    return Math.min(this.count - 1, Math.floor(this.count * (this.eta * (drawn - 1) + 1) ** this.alpha));
  }

  /** Now there are `count` numbers, at least as many as before; a few more cost a term each. */
  grow(count: number): void {
    this.zetaOfCount =
      count - this.count < SUMMED_TERMS
        ? this.zetaOfCount + sum(this.count + 1, count, this.theta)
        : zeta(count, this.theta);
    this.count = count;
    this.fit();
  }

  private fit(): void {
    this.eta = (1 - (2 / this.count) ** (1 - this.theta)) / (1 - this.zetaOfTwo / this.zetaOfCount);
  }
}

/** YCSB draws from ten thousand million numbers, whatever the number of rows, and folds them onto the rows by a hash. */
const SCRAMBLED_COUNT = 1e10;

/** Zipfian numbers below `count`, but the popular ones lie scattered over the whole range. Draws without allocation. */
export class ScrambledZipfian {
  private readonly zipfian: Zipfian;
  private readonly hash = new Word64();

  constructor(
    private readonly count: number,
    random: () => number,
  ) {
    this.zipfian = new Zipfian(SCRAMBLED_COUNT, random);
  }

  next(): number {
    return remainder(fnv64(this.zipfian.next(), this.hash), this.count);
  }
}
