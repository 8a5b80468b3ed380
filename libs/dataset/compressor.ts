import { Transform } from 'node:stream';
import * as zlib from 'node:zlib';
import zstd from '@bokuweb/zstd-wasm';
import type { Compression } from '#libs/workloads/generate/generate.schema.js';

type Of<T extends Compression['type']> = Extract<Compression, { type: T }>;

/** Bytes that are compressed at once, each time as a frame of its own: a zstd file is any number of frames. */
const FRAME_BYTES = 524_288;

export const FILE_SUFFIX: { readonly [T in Compression['type']]: string } = { none: '', gzip: '.gz', zstd: '.zst' };

let ready: Promise<void> | undefined;

/** To be waited for before the first compressor of a thread is opened. */
export const loadCompressors = ({ type }: Pick<Compression, 'type'>): Promise<void> => {
  if (type !== 'zstd') return Promise.resolve();
  ready ??= zstd.init();
  return ready;
};

/** Gathers bytes and compresses them frame by frame. The same bytes give the same file, however they come. */
function openZstd({ level }: Of<'zstd'>): Transform {
  const gathered = Buffer.allocUnsafeSlow(FRAME_BYTES);
  let length = 0;
  const frame = (): Uint8Array => zstd.compress(gathered.subarray(0, length), level);
  return new Transform({
    transform(bytes: Buffer, _encoding, done) {
      for (let at = 0; at < bytes.length;) {
        const taken = bytes.copy(gathered, length, at);
        length += taken;
        at += taken;
        if (length < FRAME_BYTES) continue;
        this.push(frame());
        length = 0;
      }
      done();
    },
    flush(done) {
      if (length > 0) this.push(frame());
      done();
    },
  });
}

/** A stream that compresses; undefined for none. The same input gives the same output with the same Node. */
export function openCompressor(compression: Compression): Transform | undefined {
  if (compression.type === 'none') return undefined;
  return compression.type === 'gzip' ? zlib.createGzip({ level: compression.level }) : openZstd(compression);
}
