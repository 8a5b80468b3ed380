import { Decompress } from 'fzstd';
import { createGunzip } from 'node:zlib';
import { pipeline, Readable } from 'node:stream';

/** Larger pieces make larger strings, which the garbage collector takes much longer to be rid of. */
export const PIECE_BYTES = 65_536;
/** Compressed bytes decoded at once: a few bytes may stand for very many. */
const ZSTD_STEP_BYTES = 1_024;

/** How the bytes of a file are packed. */
export type Packing = 'none' | 'gzip' | 'zstd';

/** By the end of the name: `.gz` and `.zst`. */
export const packingOf = (name: string): Packing =>
  name.endsWith('.gz') ? 'gzip' : name.endsWith('.zst') ? 'zstd' : 'none';

function gunzipped(source: AsyncIterable<Buffer>): AsyncIterable<Buffer> {
  // An error of either ends both, and whoever reads hears of it.
  return pipeline(Readable.from(source), createGunzip({ chunkSize: PIECE_BYTES }), () => undefined);
}

async function* unzstd(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let ready: Uint8Array[] = [];
  const decoder = new Decompress((piece) => void ready.push(piece));
  function* take(): Generator<Buffer> {
    const pieces = ready;
    ready = [];
    for (const piece of pieces)
      for (let at = 0; at < piece.length; at += PIECE_BYTES)
        yield Buffer.from(piece.buffer, piece.byteOffset + at, Math.min(PIECE_BYTES, piece.length - at));
  }
  for await (const packed of source)
    for (let at = 0; at < packed.length; at += ZSTD_STEP_BYTES) {
      decoder.push(packed.subarray(at, at + ZSTD_STEP_BYTES));
      yield* take();
    }
  // What ends in the middle of a frame throws here.
  decoder.push(new Uint8Array(0), true);
  yield* take();
}

const UNPACKERS: { readonly [P in Packing]: (source: AsyncIterable<Buffer>) => AsyncIterable<Buffer> } = {
  none: (source) => source,
  gzip: gunzipped,
  zstd: unzstd,
};

/** The bytes as they were before they were packed, no faster than they are asked for. */
export const unpacked = (source: AsyncIterable<Buffer>, packing: Packing): AsyncIterable<Buffer> =>
  UNPACKERS[packing](source);
