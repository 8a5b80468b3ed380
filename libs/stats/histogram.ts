import {
  build,
  decodeFromCompressedBase64,
  encodeIntoCompressedBase64 as encodeIntoBase64,
  initWebAssembly,
  type Histogram as Hdr,
} from 'hdr-histogram-js';
import { type Bucket, encodedBuckets } from './encoded-counts.js';

/**
 * 30 days, as long as a run may be: an operation that waits in an overloaded open loop may be that late. What is out of range
 * is recorded as its nearest end and counted in `clamped`: a histogram never loses an operation.
 */
export const HIGHEST_NS = 30 * 86_400e9;

/** As cassandra-stress compresses its logs. */
const ZLIB_LEVEL = 9;

let wasmLoaded = false;

/** Latencies in nanoseconds with 3 significant digits, over HdrHistogram. */
export class Histogram {
  /** Values that were beyond the range. */
  clamped = 0;

  private constructor(private readonly hdr: Hdr) {}

  /** An empty histogram: WebAssembly where `loadHistograms` has been awaited in this thread, JavaScript elsewhere. */
  static empty(): Histogram {
    return new Histogram(
      build({
        // 16 and 32 bits would wrap silently.
        bitBucketSize: 64,
        lowestDiscernibleValue: 1,
        highestTrackableValue: HIGHEST_NS,
        numberOfSignificantValueDigits: 3,
        autoResize: false,
        useWebAssembly: wasmLoaded,
      }),
    );
  }

  /** From what `encode` gave, or the payload of an HDR log. Throws when `bytes` are neither. */
  static decode(bytes: Uint8Array): Histogram {
    const base64 = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
    return new Histogram(decodeFromCompressedBase64(base64, 64, wasmLoaded));
  }

  /** The sum of encoded histograms; absent ones count as empty. */
  static merged(all: Iterable<Uint8Array | undefined>): Histogram {
    const sum = Histogram.empty();
    for (const bytes of all) {
      if (bytes !== undefined) sum.addEncoded(bytes);
    }
    return sum;
  }

  /** A value that is no number counts as 0, one beyond the range as the highest. */
  record(valueNs: number): void {
    if (valueNs >= 0 && valueNs <= HIGHEST_NS) this.hdr.recordValue(Math.round(valueNs));
    else this.recordOutside(valueNs);
  }

  private recordOutside(valueNs: number): void {
    this.clamped++;
    this.hdr.recordValue(valueNs > HIGHEST_NS ? HIGHEST_NS : 0);
  }

  add(other: Histogram): void {
    this.hdr.add(other.hdr);
    this.clamped += other.clamped;
  }

  addEncoded(bytes: Uint8Array): void {
    const part = Histogram.decode(bytes);
    this.add(part);
    part.destroy();
  }

  get count(): number {
    return this.hdr.totalCount;
  }
  get minNs(): number {
    return this.valueAtNs(0);
  }
  /** The upper edge of the highest value's bucket, as Java's getMaxValue: the same before and after encoding. */
  get maxNs(): number {
    return this.valueAtNs(100);
  }
  get meanNs(): number {
    return this.count === 0 ? 0 : this.hdr.mean;
  }
  get stdevNs(): number {
    return this.count === 0 ? 0 : this.hdr.stdDeviation;
  }
  /** `percentile` from 0 to 100. */
  valueAtNs(percentile: number): number {
    return this.count === 0 ? 0 : this.hdr.getValueAtPercentile(percentile);
  }

  /** Every bucket that holds values, lowest first. */
  buckets(): Bucket[] {
    return encodedBuckets(this.encode());
  }

  /** HdrHistogram's V2 encoding, zlib-compressed: base64 of it is the payload of an HDR log. */
  encode(): Uint8Array {
    // A copy of its own length: a pooled buffer would take its whole pool along to another thread.
    return new Uint8Array(Buffer.from(encodeIntoBase64(this.hdr, ZLIB_LEVEL), 'base64'));
  }

  reset(): void {
    this.hdr.reset();
    this.clamped = 0;
  }

  /** WebAssembly memory is not garbage collected: whoever makes many must give them back. */
  destroy(): void {
    this.hdr.destroy();
  }
}

/** Loads the WebAssembly build, once per thread: three times faster to record into. */
export async function loadHistograms(): Promise<void> {
  await initWebAssembly();
  wasmLoaded = true;
}
