import type { RowRandom } from './row-random.js';

/** None of them is special in CSV, so a payload is never quoted. */
const CHARACTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const FILLER = 'the quick brown fox jumps over the lazy dog ';
/** Random and repeated text change turns within so many bytes: finer than any compressor's block. */
const SEGMENT_WORDS = 256;

/** All pairs of characters, low byte first. */
const PAIRS = Uint16Array.from(
  { length: 4096 },
  (_, index) => CHARACTERS.charCodeAt(index & 63) | (CHARACTERS.charCodeAt(index >>> 6) << 8),
);

/** Repeated text begins anew after so many bytes. */
export const FILLER_PERIOD = SEGMENT_WORDS * 4;
export const fillerByte = (at: number): number => FILLER.charCodeAt(at % FILLER.length);

/**
 * Text of rows: random characters, and in every KiB a share of repeated text that compresses to nearly nothing.
 * Allocation-free.
 */
export class PayloadText {
  private readonly randomWords: number;

  constructor(compressibleShare: number) {
    this.randomWords = Math.round((1 - compressibleShare) * SEGMENT_WORDS);
  }

  /** Writes the random part of the first `length` bytes of the row that `random` has begun; the rest is there already. */
  fill(random: RowRandom, words: Uint32Array, length: number): void {
    const { randomWords } = this;
    const end = Math.ceil(length / 4);
    let { x, y, z, w } = random;
    for (let segment = 0; segment < end; segment += SEGMENT_WORDS) {
      const stop = Math.min(end, segment + randomWords);
      for (let at = segment; at < stop; at++) {
        // RowRandom.next, with its state in registers.
        const turned = x ^ (x << 11);
        x = y;
        y = z;
        z = w;
        w = w ^ (w >>> 19) ^ turned ^ (turned >>> 8);
        words[at] = (PAIRS[w & 4095] ?? 0) | ((PAIRS[(w >>> 12) & 4095] ?? 0) << 16);
      }
    }
    random.x = x;
    random.y = y;
    random.z = z;
    random.w = w;
  }
}
