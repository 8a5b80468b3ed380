const LCG_HIGH = 0x5de;
const LCG_LOW = 0xece66d;
const LCG_ADD = 0xb;
const PER_24 = 2 ** -24;
const PER_53 = 2 ** -53;
const TWO_27 = 2 ** 27;

/**
 * java.util.Random: a 48-bit linear congruential generator, in two 24-bit halves because 64-bit integers would allocate.
 * Seeds are 64 bits in halves.
 */
export class JavaRandom {
  /** Of the word that `nextLong` has drawn. */
  longHigh = 0;
  longLow = 0;
  private high = 0;
  private low = 0;
  private secondGaussian = NaN;

  setSeed(seedHigh: number, seedLow: number): void {
    const x = seedLow ^ 0xdeece66d;
    this.low = x & 0xffffff;
    this.high = (((seedHigh ^ 0x5) << 8) | (x >>> 24)) & 0xffffff;
    this.secondGaussian = NaN;
  }

  /** In [0, 1), 53 bits of it. */
  nextDouble(): number {
    this.step();
    const upper = this.high * 4 + (this.low >>> 22);
    this.step();
    return (upper * TWO_27 + (this.high * 8 + (this.low >>> 21))) * PER_53;
  }

  nextLong(): void {
    this.step();
    const upper = (this.high << 8) | (this.low >>> 16);
    this.step();
    this.longLow = (this.high << 8) | (this.low >>> 16);
    // The low half is added as a signed number.
    this.longHigh = this.longLow < 0 ? (upper - 1) | 0 : upper;
  }

  /** Drawn in pairs: the second of a pair is kept until it is asked for or the seed is set anew. */
  nextGaussian(): number {
    const kept = this.secondGaussian;
    if (!Number.isNaN(kept)) {
      this.secondGaussian = NaN;
      return kept;
    }
    for (;;) {
      const first = 2 * this.nextDouble() - 1;
      const second = 2 * this.nextDouble() - 1;
      const square = first * first + second * second;
      if (square >= 1 || square === 0) continue;
      const multiplier = Math.sqrt((-2 * Math.log(square)) / square);
      this.secondGaussian = second * multiplier;
      return first * multiplier;
    }
  }

  private step(): void {
    const carry = ((this.low * LCG_LOW + LCG_ADD) * PER_24) | 0;
    this.high = (Math.imul(this.high, LCG_LOW) + Math.imul(this.low, LCG_HIGH) + carry) & 0xffffff;
    this.low = (Math.imul(this.low, LCG_LOW) + LCG_ADD) & 0xffffff;
  }
}
