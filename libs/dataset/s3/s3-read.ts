import { GetObjectCommand } from '@aws-sdk/client-s3';
import { Readable } from 'node:stream';
import { systemClock } from '#libs/load/clock.js';
import { s3ClientOf } from './s3-client.js';
import { type S3Object, shownObject } from './s3-object.js';
import { changedProblem, s3Problem } from './s3-problem.js';

/** Bodies that end too early in a row, without a byte between them, until the object is given up. */
const BROKEN_BODIES = 6;
const FIRST_WAIT_MS = 20;
const LONGEST_WAIT_MS = 5_000;
/** A body that says nothing for so long is broken. */
const SILENCE_MS = 30_000;

export interface ReadRange {
  /** First byte. */
  from: number;
  /** Byte after the last one. */
  to: number;
}

/** Where in the object the answer begins; undefined when it does not say. */
const beginOf = (range: string | undefined): number | undefined => {
  const from = /^bytes (\d+)-/.exec(range ?? '')?.[1];
  return from === undefined ? undefined : Number(from);
};

async function open(object: S3Object, from: number, to: number): Promise<Readable> {
  const { place, key, etag } = object;
  const shown = shownObject(object);
  const answer = await s3ClientOf(place)
    .send(new GetObjectCommand({ Bucket: place.bucket, Key: key, Range: `bytes=${from}-${to - 1}`, IfMatch: etag }))
    .catch((error: unknown) => {
      throw s3Problem(shown, place.endpoint, error);
    });
  const { Body: body } = answer;
  if (!(body instanceof Readable)) throw s3Problem(shown, place.endpoint, new Error('the answer has no body'));
  // Not every store obeys If-Match.
  const isSame = answer.ETag === undefined || answer.ETag === etag;
  const begin = beginOf(answer.ContentRange);
  if (isSame && (begin === from || (begin === undefined && from === 0))) return body;
  body.destroy();
  if (!isSame) throw changedProblem(shown, place.endpoint);
  throw s3Problem(shown, place.endpoint, new Error(`asked for the bytes from ${from}, got those from ${begin ?? 0}`));
}

/** The pieces of a body; throws when it breaks or falls silent. */
async function* piecesOf(body: Readable): AsyncGenerator<Buffer> {
  const pieces = body[Symbol.asyncIterator]();
  try {
    for (;;) {
      const timer = setTimeout(() => body.destroy(new Error(`no byte came for ${SILENCE_MS} ms`)), SILENCE_MS);
      const next: IteratorResult<unknown> = await pieces.next().finally(() => clearTimeout(timer));
      if (next.done === true) return;
      if (Buffer.isBuffer(next.value)) yield next.value;
    }
  } finally {
    body.destroy();
  }
}

/**
 * The bytes of an object, or of a range of it, as they come. A body that ends early is asked for again from the byte where
 * it ended, of the same version of the object. Throws CodedError INPUT_UNREADABLE.
 */
export async function* readS3Object(object: S3Object, range?: ReadRange): AsyncGenerator<Buffer> {
  const end = range?.to ?? object.bytes;
  let at = range?.from ?? 0;
  for (let broken = 0; at < end;) {
    let cause: unknown;
    const begun = at;
    try {
      for await (const piece of piecesOf(await open(object, at, end))) {
        const wanted = piece.length > end - at ? piece.subarray(0, end - at) : piece;
        at += wanted.length;
        if (wanted.length > 0) yield wanted;
      }
      cause = new Error(`the answer ended at byte ${at} of ${end}`);
    } catch (error) {
      const problem = s3Problem(shownObject(object), object.place.endpoint, error);
      // A coded error is final: the client has tried again already, or trying cannot help.
      if (problem === error) throw error;
      cause = error;
    }
    if (at >= end) return;
    broken = at > begun ? 1 : broken + 1;
    if (broken > BROKEN_BODIES) throw s3Problem(shownObject(object), object.place.endpoint, cause);
    await systemClock.sleep(Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** broken));
  }
}
