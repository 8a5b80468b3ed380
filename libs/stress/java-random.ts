const LCG_HIGH = 0x5de;
const LCG_LOW = 0xece66d;
const LCG_ADD = 0xb;
const PER_24 = 2 ** -24;
const PER_53 = 2 ** -53;
const TWO_27 = 2 ** 27;
const TWO_32 = 2 ** 32;

/**
 * java.util.Random: a 48-bit linear congruential generator, in two 24-bit halves because 64-bit integers would allocate.
 * Seeds are 64 bits in halves.
 */
export class JavaRandom {
  private high = 0;
  private low = 0;

  setSeed(seedHigh: number, seedLow: number): void {
    const x = seedLow ^ 0xdeece66d;
    this.low = x & 0xffffff;
    this.high = (((seedHigh ^ 0x5) << 8) | (x >>> 24)) & 0xffffff;
  }

  /** A whole seed of up to 53 bits. */
  setWhole(seed: number): void {
    this.setSeed(Math.floor(seed / TWO_32) | 0, seed | 0);
  }

  /** In [0, 1), 53 bits of it. */
  nextDouble(): number {
    this.step();
    const upper = this.high * 4 + (this.low >>> 22);
    this.step();
    return (upper * TWO_27 + (this.high * 8 + (this.low >>> 21))) * PER_53;
  }

  /** The first of each pair of nextGaussian(): reseeding drops the second. */
  nextGaussian(): number {
    for (;;) {
      const first = 2 * this.nextDouble() - 1;
      const second = 2 * this.nextDouble() - 1;
      const square = first * first + second * second;
      if (square < 1 && square !== 0) return first * Math.sqrt((-2 * Math.log(square)) / square);
    }
  }

  private step(): void {
    const carry = ((this.low * LCG_LOW + LCG_ADD) * PER_24) | 0;
    this.high = (Math.imul(this.high, LCG_LOW) + Math.imul(this.low, LCG_HIGH) + carry) & 0xffffff;
    this.low = (Math.imul(this.low, LCG_LOW) + LCG_ADD) & 0xffffff;
  }
}
