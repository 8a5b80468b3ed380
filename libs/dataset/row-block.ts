import { FILLER_PERIOD, fillerByte } from './payload-text.js';

const WORD_BYTES = 4;

/**
 * Room for rows, and behind it room for the text of one row, aligned to words. Both lie in one buffer, so that text is
 * moved to its place without a view of its own for each row.
 */
export class RowBlock {
  readonly bytes: Buffer;
  /** The text of the row that is being made. */
  readonly words: Uint32Array;
  /** Where that text begins in `bytes`. */
  readonly textAt: number;

  /** `rowBytes` for whole rows, `textBytes` for the longest text. */
  constructor(rowBytes: number, textBytes: number) {
    this.textAt = Math.ceil(rowBytes / WORD_BYTES) * WORD_BYTES;
    const words = Math.ceil(textBytes / WORD_BYTES);
    const memory = new ArrayBuffer(this.textAt + words * WORD_BYTES);
    this.bytes = Buffer.from(memory);
    this.words = new Uint32Array(memory, this.textAt, words);
    // Only the random words are written anew for a row: the repeated text between them is always the same.
    for (let at = this.textAt; at < this.bytes.length; at++)
      this.bytes[at] = fillerByte((at - this.textAt) % FILLER_PERIOD);
  }
}
