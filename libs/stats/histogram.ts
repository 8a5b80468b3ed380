import {
  build,
  decodeFromCompressedBase64,
  encodeIntoCompressedBase64 as encodeIntoBase64,
  initWebAssembly,
  type Histogram as Hdr,
} from 'hdr-histogram-js';

/** Ten minutes. Longer values are recorded as this and counted in `clamped`: a histogram never loses an operation. */
export const HIGHEST_NS = 600e9;

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
        bitBucketSize: 64,
        lowestDiscernibleValue: 1,
        highestTrackableValue: HIGHEST_NS,
        numberOfSignificantValueDigits: 3,
        autoResize: false,
        useWebAssembly: wasmLoaded,
      }),
    );
  }

  /** From what `encode` gave. */
  static decode(bytes: Uint8Array): Histogram {
    const base64 = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
    return new Histogram(decodeFromCompressedBase64(base64, 64, wasmLoaded));
  }

  /** The sum of encoded histograms; absent ones count as empty. */
  static merged(all: Iterable<Uint8Array | undefined>): Histogram {
    const sum = Histogram.empty();
    for (const bytes of all) {
      if (bytes === undefined) continue;
      const part = Histogram.decode(bytes);
      sum.add(part);
      part.destroy();
    }
    return sum;
  }

  record(valueNs: number): void {
    if (valueNs >= 1 && valueNs <= HIGHEST_NS) this.hdr.recordValue(Math.round(valueNs));
    else this.recordOutside(valueNs);
  }

  private recordOutside(valueNs: number): void {
    if (valueNs > HIGHEST_NS) this.clamped++;
    this.hdr.recordValue(valueNs > HIGHEST_NS ? HIGHEST_NS : 0);
  }

  add(other: Histogram): void {
    this.hdr.add(other.hdr);
    this.clamped += other.clamped;
  }

  get count(): number {
    return this.hdr.totalCount;
  }
  get minNs(): number {
    return this.count === 0 ? 0 : this.hdr.getValueAtPercentile(0);
  }
  get maxNs(): number {
    return this.count === 0 ? 0 : this.hdr.maxValue;
  }
  get meanNs(): number {
    return this.count === 0 ? 0 : this.hdr.mean;
  }
  /** `percentile` from 0 to 100. */
  valueAtNs(percentile: number): number {
    return this.count === 0 ? 0 : this.hdr.getValueAtPercentile(percentile);
  }

  /** HdrHistogram's V2 encoding, zlib-compressed: base64 of it is the payload of an HDR log. */
  encode(): Uint8Array {
    return Buffer.from(encodeIntoBase64(this.hdr), 'base64');
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
