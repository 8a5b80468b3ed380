import type { YcsbSpec } from '#libs/workloads/stress/ycsb.schema.js';
import { fnv64 } from './fnv64.js';
import { Word64 } from './word64.js';

const PREFIX = Buffer.from('user');
const ZERO = 48;
/** Digits of the largest number of 63 bits. */
const MOST_DIGITS = 19;

/** Primary keys as YCSB names them: `user`, and the hash of the row's number, or the number. Writes without allocation. */
export class YcsbKey {
  /** Holds the key that was written last. */
  readonly bytes: Buffer;
  length = 0;
  private readonly word = new Word64();
  private readonly digits = new Uint8Array(MOST_DIGITS + 1);

  constructor(private readonly spec: Pick<YcsbSpec, 'insertOrder' | 'zeroPadding'>) {
    this.bytes = Buffer.alloc(PREFIX.length + Math.max(spec.zeroPadding, MOST_DIGITS + 1));
    PREFIX.copy(this.bytes);
  }

  /** The key of row `number`. */
  set(number: number): void {
    const { word, spec, digits, bytes } = this;
    if (spec.insertOrder === 'ordered') word.setNumber(number);
    else fnv64(number, word);
    const count = this.readDigits();
    let at = PREFIX.length;
    for (let missing = spec.zeroPadding - count; missing > 0; missing--) bytes[at++] = ZERO;
    for (let index = count - 1; index >= 0; index--) bytes[at++] = ZERO + (digits[index] ?? 0);
    this.length = at;
  }

  /** Decimal digits of the word, the lowest first; answers how many. Divides by ten in 16-bit steps, which doubles hold. */
  private readDigits(): number {
    const { word, digits } = this;
    let count = 0;
    do {
      const high = word.high >>> 0;
      const low = word.low >>> 0;
      const middle = (high % 10) * 0x1_0000 + (low >>> 16);
      const last = (middle % 10) * 0x1_0000 + (low & 0xffff);
      digits[count++] = last % 10;
      word.setWords(Math.floor(high / 10), Math.floor(middle / 10) * 0x1_0000 + Math.floor(last / 10));
    } while (!word.isZero && count <= MOST_DIGITS);
    return count;
  }

  text(): string {
    return this.bytes.toString('latin1', 0, this.length);
  }
}
