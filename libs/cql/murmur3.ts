/*
 * Cassandra's Murmur3 token: the first 64-bit word of MurmurHash3_x64_128 (Austin Appleby, public domain) with Cassandra's
 * quirk of sign-extending the tail's bytes. 64-bit words are pairs of 32-bit integers, so that hashing allocates nothing.
 */
const C1_HIGH = 0x87c37b91 | 0;
const C1_LOW = 0x114253d5 | 0;
const C2_HIGH = 0x4cf5ad43 | 0;
const C2_LOW = 0x2745937f | 0;
const F1_HIGH = 0xff51afd7 | 0;
const F1_LOW = 0xed558ccd | 0;
const F2_HIGH = 0xc4ceb9fe | 0;
const F2_LOW = 0x1a85ec53 | 0;

// Result registers of the steps below, and of `hashToken`.
let high = 0;
let low = 0;

/** (high, low) *= (bHigh, bLow) modulo 2^64. */
function multiply(bHigh: number, bLow: number): void {
  const a0 = low & 0xffff;
  const a1 = low >>> 16;
  const b0 = bLow & 0xffff;
  const b1 = bLow >>> 16;
  const middle = (Math.imul(a1, b0) + (Math.imul(a0, b0) >>> 16)) | 0;
  const second = (Math.imul(a0, b1) + (middle & 0xffff)) | 0;
  const carried = (Math.imul(a1, b1) + (middle >>> 16) + (second >>> 16)) | 0;
  high = (carried + Math.imul(high, bLow) + Math.imul(low, bHigh)) | 0;
  low = Math.imul(low, bLow);
}

/** (high, low) += (bHigh, bLow). */
function add(bHigh: number, bLow: number): void {
  const sum = (low + bLow) | 0;
  high = (high + bHigh + (sum >>> 0 < low >>> 0 ? 1 : 0)) | 0;
  low = sum;
}

/** Rotates (high, low) left by 1 to 31 bits. */
function rotateLess(bits: number): void {
  const rotated = (high << bits) | (low >>> (32 - bits));
  low = (low << bits) | (high >>> (32 - bits));
  high = rotated;
}

function finalMix(): void {
  low ^= high >>> 1;
  multiply(F1_HIGH, F1_LOW);
  low ^= high >>> 1;
  multiply(F2_HIGH, F2_LOW);
  low ^= high >>> 1;
}

function mixFirst(kHigh: number, kLow: number): void {
  high = kHigh;
  low = kLow;
  multiply(C1_HIGH, C1_LOW);
  rotateLess(31);
  multiply(C2_HIGH, C2_LOW);
}

function mixSecond(kHigh: number, kLow: number): void {
  high = kHigh;
  low = kLow;
  multiply(C2_HIGH, C2_LOW);
  // Left by 33 is the halves swapped and left by 1.
  const swapped = high;
  high = low;
  low = swapped;
  rotateLess(1);
  multiply(C1_HIGH, C1_LOW);
}

/** Token of `length` bytes at `at`: read `tokenHigh()` and `tokenLow()` (signed 32-bit halves) after it. */
export function hashToken(bytes: Uint8Array, at: number, length: number): void {
  let h1High = 0;
  let h1Low = 0;
  let h2High = 0;
  let h2Low = 0;
  const blocks = length >> 4;
  for (let block = 0; block < blocks; block++) {
    const start = at + block * 16;
    mixFirst(word(bytes, start + 4), word(bytes, start));
    high ^= h1High;
    low ^= h1Low;
    rotateLess(27);
    add(h2High, h2Low);
    multiply(0, 5);
    add(0, 0x52dce729);
    h1High = high;
    h1Low = low;
    mixSecond(word(bytes, start + 12), word(bytes, start + 8));
    high ^= h2High;
    low ^= h2Low;
    rotateLess(31);
    add(h1High, h1Low);
    multiply(0, 5);
    add(0, 0x38495ab5);
    h2High = high;
    h2Low = low;
  }
  const left = length & 15;
  const tail = at + blocks * 16;
  if (left > 8) {
    tailWord(bytes, tail + 8, left - 8);
    mixSecond(high, low);
    h2High ^= high;
    h2Low ^= low;
  }
  if (left > 0) {
    tailWord(bytes, tail, left > 8 ? 8 : left);
    mixFirst(high, low);
    h1High ^= high;
    h1Low ^= low;
  }
  h2Low ^= length;
  high = h1High;
  low = h1Low ^ length;
  add(h2High, h2Low);
  h1High = high;
  h1Low = low;
  add(h2High, h2Low);
  finalMix();
  h2High = high;
  h2Low = low;
  high = h1High;
  low = h1Low;
  finalMix();
  add(h2High, h2Low);
  // Cassandra maps the smallest token, which means "none", to the largest.
  if (high === -0x80000000 && low === 0) {
    high = 0x7fffffff;
    low = -1;
  }
}

const word = (bytes: Uint8Array, at: number): number =>
  (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16) | ((bytes[at + 3] ?? 0) << 24);

/** XOR of up to 8 sign-extended bytes, each shifted to its place; into (high, low). */
function tailWord(bytes: Uint8Array, at: number, count: number): void {
  high = 0;
  low = 0;
  for (let index = count - 1; index >= 0; index--) {
    const byte = ((bytes[at + index] ?? 0) << 24) >> 24;
    if (index >= 4) {
      high ^= byte << ((index - 4) * 8);
    } else {
      low ^= byte << (index * 8);
      high ^= byte >> 31;
    }
  }
}

export const tokenHigh = (): number => high;
export const tokenLow = (): number => low;
