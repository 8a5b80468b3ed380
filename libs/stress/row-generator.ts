import type { Distribution } from '#libs/workloads/stress/distribution.schema.js';
import { JavaRandom } from './java-random.js';
import { saltOf } from './salt.js';
import { seededDistribution, type SeededDistribution } from './seeded-distribution.js';

/*
 * The data of cassandra-stress's write, read and mixed commands, byte for byte: java.util.Random (48-bit LCG in two 24-bit
 * halves), its double in [0, 1), uniform(1..10^11) as identity, and FasterRandom (xorshift64* reseeded from java.util.Random
 * every 32nd word). All in 32-bit integers and doubles held in locals, because 64-bit integers would allocate.
 */
const LCG_HIGH = 0x5de;
const LCG_LOW = 0xece66d;
const LCG_ADD = 0xb;
const PER_24 = 2 ** -24;
const PER_53 = 2 ** -53;
const TWO_27 = 2 ** 27;
const TWO_32 = 2 ** 32;
const IDENTITY_MAX = 1e11;
/** FasterRandom's multiplier 2685821657736338717: halves, and the low half in 16-bit quarters. */
const FAST_HIGH = 0x2545f491;
const FAST_LOW = 0x4f6cdd1d;
const FAST_Q0 = FAST_LOW & 0xffff;
const FAST_Q1 = FAST_LOW >>> 16;
const RESEED_EVERY = 32;

export interface RowShape {
  keySizeBytes: number;
  columnNames: readonly string[];
  /** Bytes of each column: the same for all, or drawn for each by its own seed. */
  columnSize: Distribution;
}

/** Generates one row at a time: `setSeed`, then read `key` and write or compare columns. No allocation per row. */
export class RowGenerator {
  /** The partition key of the seed last set. */
  readonly key: Buffer;
  private readonly keySalt: Salt;
  private readonly salts: readonly Salt[];
  private readonly scratch: Buffer;
  /** Draws a column's size from its identity; undefined when all have the same. */
  private readonly size: SeededDistribution | undefined;
  /** Size of each column of the present row: drawn by `drawSizes`. */
  readonly sizes: Int32Array;
  /** Row seed (section "id" of the original): 64 bits in halves. */
  private rowHigh = 0;
  private rowLow = 0;

  constructor(shape: RowShape) {
    this.key = Buffer.alloc(shape.keySizeBytes);
    this.keySalt = saltHalves('key');
    this.salts = shape.columnNames.map(saltHalves);
    const { columnSize } = shape;
    const largest = columnSize.type === 'fixed' ? columnSize.value : columnSize.max;
    this.size = columnSize.type === 'fixed' ? undefined : seededDistribution(columnSize);
    this.sizes = new Int32Array(shape.columnNames.length).fill(largest);
    this.scratch = Buffer.alloc(largest);
  }

  /** Sets the row to work item `seed` (whole, 0 to 2^53): computes its key and its row seed. */
  setSeed(seed: number): void {
    const { key, keySalt } = this;
    const x = (seed | 0) ^ keySalt.low ^ 0xdeece66d;
    const y = ((seed / TWO_32) | 0) ^ keySalt.high ^ 0x5;
    let low = x & 0xffffff;
    let high = ((y << 8) | (x >>> 24)) & 0xffffff;
    let idHigh = 0;
    let idLow = 0;
    // The first sample only seeds the size distribution, which is fixed for keys.
    for (let skipped = 0; skipped < 2; skipped++) {
      const carry = ((low * LCG_LOW + LCG_ADD) * PER_24) | 0;
      high = (Math.imul(high, LCG_LOW) + Math.imul(low, LCG_HIGH) + carry) & 0xffffff;
      low = (Math.imul(low, LCG_LOW) + LCG_ADD) & 0xffffff;
    }
    for (let start = 0; start < key.length; start += 16) {
      let carry = ((low * LCG_LOW + LCG_ADD) * PER_24) | 0;
      high = (Math.imul(high, LCG_LOW) + Math.imul(low, LCG_HIGH) + carry) & 0xffffff;
      low = (Math.imul(low, LCG_LOW) + LCG_ADD) & 0xffffff;
      const upper = high * 4 + (low >>> 22);
      carry = ((low * LCG_LOW + LCG_ADD) * PER_24) | 0;
      high = (Math.imul(high, LCG_LOW) + Math.imul(low, LCG_HIGH) + carry) & 0xffffff;
      low = (Math.imul(low, LCG_LOW) + LCG_ADD) & 0xffffff;
      const value = identity((upper * TWO_27 + (high * 8 + (low >>> 21))) * PER_53);
      let valueLow = value | 0;
      let valueHigh = (value / TWO_32) | 0;
      const end = Math.min(start + 16, key.length);
      for (let at = start; at < end; at++) {
        const nibble = valueLow & 15;
        valueLow = (valueLow >>> 4) | (valueHigh << 28);
        valueHigh >>>= 4;
        const byte = nibble < 10 ? 48 + nibble : 65 + nibble;
        key[at] = byte;
        // id = 31 * id + byte over 64 bits, the low half in 16-bit steps so that the carry is exact.
        const part0 = Math.imul(idLow & 0xffff, 31) + byte;
        const part1 = Math.imul(idLow >>> 16, 31) + (part0 >>> 16);
        idHigh = (Math.imul(idHigh, 31) + (part1 >>> 16)) | 0;
        idLow = ((part1 & 0xffff) << 16) | (part0 & 0xffff);
      }
    }
    this.rowHigh = idHigh;
    this.rowLow = idLow;
  }

  /** Writes the key at `at`. */
  writeKey(out: Uint8Array, at: number): void {
    const { key } = this;
    for (let index = 0; index < key.length; index++) out[at + index] = key[index] ?? 0;
  }

  /** Writes every column: column c at `at + offsets[c]`. */
  writeColumns(out: Uint8Array, at: number, offsets: Int32Array): void {
    for (let column = 0; column < this.salts.length; column++) this.fill(column, out, at + (offsets[column] ?? 0));
  }

  /** True when columns differ in size: then `drawSizes` comes after `setSeed`. */
  get isVariable(): boolean {
    return this.size !== undefined;
  }

  /** Draws the present row's sizes; answers their sum. */
  drawSizes(): number {
    let sum = 0;
    for (let column = 0; column < this.sizes.length; column++) sum += this.sizeOf(column);
    return sum;
  }

  /** Writes every column with its length before it, from `at` on; answers where the next value begins. */
  writeSizedColumns(out: Buffer, at: number): number {
    let next = at;
    for (let column = 0; column < this.salts.length; column++) {
      const size = this.sizes[column] ?? 0;
      out.writeInt32BE(size, next);
      this.fill(column, out, next + 4);
      next += 4 + size;
    }
    return next;
  }

  /** True when `length` bytes at `at` are the column's value. */
  matches(column: number, buffer: Uint8Array, at: number, length: number): boolean {
    const { scratch } = this;
    const size = this.sizeOf(column);
    if (length !== size) return false;
    this.fill(column, scratch, 0);
    for (let index = 0; index < size; index++) if (scratch[index] !== buffer[at + index]) return false;
    return true;
  }

  /** The column's value in a buffer of its own; for reports. */
  expected(column: number): Buffer {
    const value = Buffer.alloc(this.sizeOf(column));
    this.fill(column, value, 0);
    return value;
  }

  private sizeOf(column: number): number {
    const salt = this.salts[column];
    if (this.size !== undefined && salt !== undefined) {
      const sample = identityOf(this.rowHigh ^ salt.high, this.rowLow ^ salt.low);
      this.size.setSeed((sample / TWO_32) | 0, sample | 0);
      this.sizes[column] = this.size.next();
    }
    return this.sizes[column] ?? 0;
  }

  private fill(column: number, out: Uint8Array, start: number): void {
    const salt = this.salts[column];
    if (salt === undefined) return;
    // Identity sample of the column, seeded with row seed ^ salt.
    let x = this.rowLow ^ salt.low ^ 0xdeece66d;
    let low = x & 0xffffff;
    let high = (((this.rowHigh ^ salt.high ^ 0x5) << 8) | (x >>> 24)) & 0xffffff;
    let carry = ((low * LCG_LOW + LCG_ADD) * PER_24) | 0;
    high = (Math.imul(high, LCG_LOW) + Math.imul(low, LCG_HIGH) + carry) & 0xffffff;
    low = (Math.imul(low, LCG_LOW) + LCG_ADD) & 0xffffff;
    const upper = high * 4 + (low >>> 22);
    carry = ((low * LCG_LOW + LCG_ADD) * PER_24) | 0;
    high = (Math.imul(high, LCG_LOW) + Math.imul(low, LCG_HIGH) + carry) & 0xffffff;
    low = (Math.imul(low, LCG_LOW) + LCG_ADD) & 0xffffff;
    const sample = identity((upper * TWO_27 + (high * 8 + (low >>> 21))) * PER_53);
    let stateLow = ~(sample | 0);
    let stateHigh = ~((sample / TWO_32) | 0);
    let drawn = RESEED_EVERY - 1;
    const end = start + (this.sizes[column] ?? 0);
    for (let at = start; at < end; at += 8) {
      if (++drawn === RESEED_EVERY) {
        // FasterRandom's state becomes the first long of java.util.Random(state).
        drawn = at === start ? 1 : 0;
        x = stateLow ^ 0xdeece66d;
        low = x & 0xffffff;
        high = (((stateHigh ^ 0x5) << 8) | (x >>> 24)) & 0xffffff;
        carry = ((low * LCG_LOW + LCG_ADD) * PER_24) | 0;
        high = (Math.imul(high, LCG_LOW) + Math.imul(low, LCG_HIGH) + carry) & 0xffffff;
        low = (Math.imul(low, LCG_LOW) + LCG_ADD) & 0xffffff;
        stateHigh = (high << 8) | (low >>> 16);
        carry = ((low * LCG_LOW + LCG_ADD) * PER_24) | 0;
        high = (Math.imul(high, LCG_LOW) + Math.imul(low, LCG_HIGH) + carry) & 0xffffff;
        low = (Math.imul(low, LCG_LOW) + LCG_ADD) & 0xffffff;
        stateLow = (high << 8) | (low >>> 16);
        if (stateLow < 0) stateHigh = (stateHigh - 1) | 0;
      }
      // xorshift with signed right shifts, as the original has them.
      let shiftedLow = (stateLow >>> 12) | (stateHigh << 20);
      stateHigh ^= stateHigh >> 12;
      stateLow ^= shiftedLow;
      const shiftedHigh = (stateHigh << 25) | (stateLow >>> 7);
      stateLow ^= stateLow << 25;
      stateHigh ^= shiftedHigh;
      shiftedLow = (stateLow >>> 27) | (stateHigh << 5);
      stateHigh ^= stateHigh >> 27;
      stateLow ^= shiftedLow;
      // 64-bit product modulo 2^64 (schoolbook on 16-bit quarters for the carry into the high half).
      const q0 = stateLow & 0xffff;
      const q1 = stateLow >>> 16;
      const middle = (Math.imul(q1, FAST_Q0) + (Math.imul(q0, FAST_Q0) >>> 16)) | 0;
      const second = (Math.imul(q0, FAST_Q1) + (middle & 0xffff)) | 0;
      const wordLow = Math.imul(stateLow, FAST_LOW);
      const wordHigh =
        (Math.imul(q1, FAST_Q1) +
          (middle >>> 16) +
          (second >>> 16) +
          Math.imul(stateHigh, FAST_LOW) +
          Math.imul(stateLow, FAST_HIGH)) |
        0;
      const left = end - at;
      out[at] = wordLow;
      if (left >= 8) {
        out[at + 1] = wordLow >>> 8;
        out[at + 2] = wordLow >>> 16;
        out[at + 3] = wordLow >>> 24;
        out[at + 4] = wordHigh;
        out[at + 5] = wordHigh >>> 8;
        out[at + 6] = wordHigh >>> 16;
        out[at + 7] = wordHigh >>> 24;
      } else {
        for (let index = 1; index < left; index++)
          out[at + index] = (index < 4 ? wordLow : wordHigh) >>> ((index & 3) * 8);
      }
    }
  }
}

/** First identity sample of a column, from its seed. */
function identityOf(seedHigh: number, seedLow: number): number {
  random.setSeed(seedHigh, seedLow);
  return identity(random.nextDouble());
}
const random = new JavaRandom();

interface Salt {
  readonly high: number;
  readonly low: number;
}

const saltHalves = (name: string): Salt => {
  const salt = BigInt.asUintN(64, saltOf(name));
  return { high: Number(salt >> 32n) | 0, low: Number(salt & 0xffffffffn) | 0 };
};

/** uniform(1..10^11) from a double in [0, 1), as commons-math's UniformRealDistribution computes it. */
function identity(unit: number): number {
  const value = Math.trunc(unit * (IDENTITY_MAX + 1) + (1 - unit));
  return value > IDENTITY_MAX ? IDENTITY_MAX : value < 1 ? 1 : value;
}
