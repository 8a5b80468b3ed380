import { inflateSync } from 'node:zlib';

/*
 * HdrHistogram's V2 encoding: a big-endian cookie and length around zlib data; inside, a header of 40 bytes, then the counts
 * in order of their buckets as ZigZag LEB128 numbers of at most 9 bytes, where a negative number stands for so many empty
 * buckets. See AbstractHistogram.encodeIntoByteBuffer of the Java library.
 */
const COMPRESSED_COOKIE = 0x1c849304;
const COOKIE = 0x1c849303;
/** The word size in the cookie says nothing here. */
const COOKIE_MASK = 0xffffff0f;
const OUTER_BYTES = 8;
const HEADER_BYTES = 40;
const LAST_BYTE = 8;
/** Buckets of one power of two at 3 significant digits. */
const HALF_BUCKETS = 1024;

const cookieOf = (view: DataView): number => (view.getUint32(0) & COOKIE_MASK) >>> 0;

/**
 * Calls `visit` with the index and count of every bucket that is not empty, in rising order. Throws RangeError when `bytes`
 * are not a compressed V2 histogram of 3 digits and units of 1.
 */
export function visitCounts(bytes: Uint8Array, visit: (index: number, count: number) => void): void {
  const outer = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.byteLength < OUTER_BYTES || cookieOf(outer) !== COMPRESSED_COOKIE)
    throw new RangeError('expected a compressed V2 histogram, found other bytes');
  const inner = inflateSync(bytes.subarray(OUTER_BYTES, OUTER_BYTES + outer.getUint32(4)));
  const view = new DataView(inner.buffer, inner.byteOffset, inner.byteLength);
  if (inner.byteLength < HEADER_BYTES || cookieOf(view) !== COOKIE)
    throw new RangeError('expected a V2 histogram, found another encoding');
  const [digits, unit] = [view.getUint32(12), view.getBigUint64(16)];
  if (digits !== 3 || unit !== 1n)
    throw new RangeError(`expected 3 significant digits and units of 1, found ${digits} and ${unit}`);
  const end = Math.min(inner.byteLength, HEADER_BYTES + view.getUint32(4));
  let index = 0;
  for (let at = HEADER_BYTES; at < end; at++) {
    let word = 0;
    let factor = 1;
    let length = 0;
    // Products instead of shifts: counts may pass 2^31.
    for (let byte = inner[at] ?? 0; ; byte = inner[++at] ?? 0) {
      if (byte < 128 || length === LAST_BYTE) {
        word += byte * factor;
        break;
      }
      word += (byte - 128) * factor;
      factor *= 128;
      length++;
    }
    if (word % 2 === 1) index += (word + 1) / 2;
    else {
      if (word > 0) visit(index, word / 2);
      index++;
    }
  }
}

/** How many values an encoded histogram holds; many times cheaper than decoding it. */
export function encodedCount(bytes: Uint8Array): number {
  let sum = 0;
  visitCounts(bytes, (_, count) => (sum += count));
  return sum;
}

/** A bucket: values from `lowNs` up to, not including, `highNs`. */
export interface Bucket {
  lowNs: number;
  highNs: number;
  count: number;
}

/** The recorded buckets of an encoded histogram, lowest first. */
export function encodedBuckets(bytes: Uint8Array): Bucket[] {
  const buckets: Bucket[] = [];
  visitCounts(bytes, (index, count) => {
    const power = Math.max(0, Math.floor(index / HALF_BUCKETS) - 1);
    const widthNs = 2 ** power;
    const step = index < HALF_BUCKETS ? index : (index % HALF_BUCKETS) + HALF_BUCKETS;
    buckets.push({ lowNs: step * widthNs, highNs: (step + 1) * widthNs, count });
  });
  return buckets;
}
