import { createReadStream } from 'node:fs';
import { type Packing, packingOf, PIECE_BYTES, unpacked } from './decompress.js';
import type { S3Object } from './s3/s3-object.js';

/** Where the bytes of a file are. */
export interface DataFile {
  /** Absolute; `s3://bucket/key` where `s3` is. */
  path: string;
  s3?: S3Object | undefined;
  /** As its name says when absent. */
  packing?: Packing | undefined;
}

/** The stored bytes, or a range of them: from the first one up to but not including `to`. */
export async function* storedBytes(
  { path, s3 }: DataFile,
  range?: { from: number; to: number },
): AsyncGenerator<Buffer> {
  if (s3 !== undefined) {
    // The client of the store is large; who reads from disk never loads it.
    const { readS3Object } = await import('./s3/s3-read.js');
    return yield* readS3Object(s3, range);
  }
  const bounds = range && { start: range.from, end: range.to - 1 };
  yield* createReadStream(path, { highWaterMark: PIECE_BYTES, ...bounds });
}

/** The bytes of a file as they were before they were packed. */
export const openDataFile = (file: DataFile): AsyncIterable<Buffer> =>
  unpacked(storedBytes(file), file.packing ?? packingOf(file.path));
