import { JavaRandom } from './java-random.js';

const FAST_HIGH = 0x2545f491;
const FAST_LOW = 0x4f6cdd1d;
const FAST_Q0 = FAST_LOW & 0xffff;
const FAST_Q1 = FAST_LOW >>> 16;
const RESEED_EVERY = 32;

/**
 * cassandra-stress's FasterRandom: xorshift64* with signed shifts, reseeded from java.util.Random every 32nd word. After
 * `next` the word is in `high` and `low`.
 */
export class FasterRandom {
  high = 0;
  low = 0;
  private stateHigh = 0;
  private stateLow = 0;
  private drawn = 0;
  private readonly random = new JavaRandom();

  setSeed(seedHigh: number, seedLow: number): void {
    this.stateHigh = seedHigh | 0;
    this.stateLow = seedLow | 0;
    this.reseed();
  }

  next(): void {
    if (++this.drawn === RESEED_EVERY) this.reseed();
    let { stateHigh: high, stateLow: low } = this;
    const right12 = (low >>> 12) | (high << 20);
    high ^= high >> 12;
    low ^= right12;
    const left25 = (high << 25) | (low >>> 7);
    low ^= low << 25;
    high ^= left25;
    const right27 = (low >>> 27) | (high << 5);
    high ^= high >> 27;
    low ^= right27;
    this.stateHigh = high;
    this.stateLow = low;
    const q0 = low & 0xffff;
    const q1 = low >>> 16;
    const middle = (Math.imul(q1, FAST_Q0) + (Math.imul(q0, FAST_Q0) >>> 16)) | 0;
    const second = (Math.imul(q0, FAST_Q1) + (middle & 0xffff)) | 0;
    this.low = Math.imul(low, FAST_LOW);
    this.high =
      (Math.imul(q1, FAST_Q1) +
        (middle >>> 16) +
        (second >>> 16) +
        Math.imul(high, FAST_LOW) +
        Math.imul(low, FAST_HIGH)) |
      0;
  }

  /** Fills `out` with words, low byte first, the last one cut. */
  fill(out: Uint8Array): void {
    for (let at = 0; at < out.length; at += 8) {
      this.next();
      for (let byte = 0; byte < 8 && at + byte < out.length; byte++)
        out[at + byte] = (byte < 4 ? this.low : this.high) >>> ((byte & 3) * 8);
    }
  }

  private reseed(): void {
    this.drawn = 0;
    this.random.setSeed(this.stateHigh, this.stateLow);
    this.random.nextLong();
    this.stateHigh = this.random.longHigh;
    this.stateLow = this.random.longLow;
  }
}
