/** The finalizer of MurmurHash3 (Appleby, public domain): a bijection of 32 bits. */
function mix(word: number): number {
  let mixed = word;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}

const highWord = (value: number): number => Math.floor(value / 2 ** 32);

/**
 * Random words of a row, a function of seed and row number alone, so that any thread can make any row: xorshift128
 * (Marsaglia 2003) whose state is set anew for each row. Two rows of one seed never share a state.
 */
export class RowRandom {
  /** Public for whoever inlines the step over many words; see PayloadText. */
  x = 0;
  y = 0;
  z = 0;
  w = 0;
  private readonly seedLow: number;
  private readonly seedHigh: number;

  /** `seed` is a whole number below 2^53. */
  constructor(seed: number) {
    this.seedLow = mix((seed | 0) ^ 0x2545f491);
    this.seedHigh = mix((highWord(seed) | 0) ^ 0x1f123bb5 ^ this.seedLow);
  }

  /** Begins row `row`, a whole number below 2^53. */
  start(row: number): void {
    // x is a bijection of the row's low word, y of its high word where x is given.
    this.x = mix((row | 0) ^ this.seedLow);
    this.y = mix((highWord(row) | 0) ^ this.x ^ this.seedHigh);
    this.z = mix(this.y + 0x9e3779b9 + this.seedLow);
    this.w = mix(this.x + this.z + 0x3c6ef372 + this.seedHigh) | 1;
  }

  /** The next 32 bits, signed. */
  next(): number {
    const turned = this.x ^ (this.x << 11);
    this.x = this.y;
    this.y = this.z;
    this.z = this.w;
    this.w = this.w ^ (this.w >>> 19) ^ turned ^ (turned >>> 8);
    return this.w;
  }
}
