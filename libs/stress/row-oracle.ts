import { saltOf } from './salt.js';

/*
 * The slow, plain form of the row data, straight from its definition in 64-bit integers: what the fast generator is tested
 * against. Not for the hot path.
 */
const s64 = (value: bigint): bigint => BigInt.asIntN(64, value);
const MASK_48 = (1n << 48n) - 1n;

/** java.util.Random. */
class JavaRandom {
  private state = 0n;
  setSeed(seed: bigint): void {
    this.state = (BigInt.asUintN(64, seed) ^ 0x5deece66dn) & MASK_48;
  }
  private bits(count: number): bigint {
    this.state = (this.state * 0x5deece66dn + 0xbn) & MASK_48;
    return this.state >> BigInt(48 - count);
  }
  nextLong(): bigint {
    const high = BigInt.asIntN(32, this.bits(32));
    return s64((high << 32n) + BigInt.asIntN(32, this.bits(32)));
  }
  nextDouble(): number {
    const high = this.bits(26);
    return Number((high << 27n) + this.bits(27)) * 2 ** -53;
  }
}

/** The original's FasterRandom: xorshift64* with signed shifts, reseeded from java.util.Random every 32nd word. */
class FasterRandom {
  private readonly random = new JavaRandom();
  private state = 0n;
  private drawn = 0;
  setSeed(seed: bigint): void {
    this.state = s64(seed);
    this.reseed();
  }
  private reseed(): void {
    this.drawn = 0;
    this.random.setSeed(this.state);
    this.state = this.random.nextLong();
  }
  nextLong(): bigint {
    if (++this.drawn === 32) this.reseed();
    let state = this.state;
    state = s64(state ^ (state >> 12n));
    state = s64(state ^ s64(state << 25n));
    state = s64(state ^ (state >> 27n));
    this.state = state;
    return s64(state * 2685821657736338717n);
  }
}

/** Samples of uniform(1..10^11) from a seed. */
function identities(seed: bigint): () => bigint {
  const random = new JavaRandom();
  random.setSeed(seed);
  return () => {
    const unit = random.nextDouble();
    return BigInt(Math.max(1, Math.min(1e11, Math.trunc(unit * (1e11 + 1) + (1 - unit)))));
  };
}

/** Partition key of work item `seed`. */
export function key(seed: number, sizeBytes: number): Buffer {
  const sample = identities(s64(BigInt(seed)) ^ saltOf('key'));
  sample();
  const out = Buffer.alloc(sizeBytes);
  for (let start = 0; start < sizeBytes; start += 16) {
    let value = sample();
    for (let at = start; at < Math.min(start + 16, sizeBytes); at++) {
      const nibble = Number(value & 15n);
      out[at] = (nibble < 10 ? 48 : 65) + nibble;
      value >>= 4n;
    }
  }
  return out;
}

/** Value of column `name` in the row with this key. */
export function column(keyBytes: Buffer, name: string, sizeBytes: number): Buffer {
  let rowSeed = 0n;
  for (const byte of new Int8Array(keyBytes)) rowSeed = s64(31n * rowSeed + BigInt(byte));
  const random = new FasterRandom();
  random.setSeed(~identities(rowSeed ^ saltOf(name))());
  const out = Buffer.alloc(sizeBytes);
  for (let at = 0; at < sizeBytes;) {
    let word = random.nextLong();
    for (let left = Math.min(sizeBytes - at, 8); left > 0; left--) {
      out[at++] = Number(word & 0xffn);
      word >>= 8n;
    }
  }
  return out;
}
