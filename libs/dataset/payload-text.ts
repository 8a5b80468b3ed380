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

/**
 * Text of a row in a buffer of its own: random characters, and in every KiB a share of repeated text that compresses to
 * nearly nothing. Filling allocates nothing.
 */
export class PayloadText {
  readonly bytes: Buffer;
  private readonly words: Uint32Array;
  private readonly randomWords: number;

  constructor(largestBytes: number, compressibleShare: number) {
    this.words = new Uint32Array(Math.ceil(largestBytes / 4));
    this.bytes = Buffer.from(this.words.buffer);
    this.randomWords = Math.round((1 - compressibleShare) * SEGMENT_WORDS);
    // Only the random words are written anew for a row: the repeated text between them is always the same.
    for (let at = 0; at < this.bytes.length; at++)
      this.bytes[at] = FILLER.charCodeAt((at % (SEGMENT_WORDS * 4)) % FILLER.length);
  }

  /** Makes the first `length` bytes those of the row that `random` has begun. */
  fill(random: RowRandom, length: number): void {
    const { words, randomWords } = this;
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
