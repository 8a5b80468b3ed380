import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Upload } from '#libs/contract/dataset.js';
import { CodedError } from '#libs/contract/problem.js';
import { systemClock } from '#libs/load/clock.js';
import type { DatasetRemote } from './dataset-remote.js';

/** Of one part, when the server cannot be reached. */
const TRIES = 6;
const FIRST_PAUSE_MS = 200;

const unreadable = (path: string, cause: unknown): CodedError =>
  new CodedError(
    'INPUT_UNREADABLE',
    `${path} cannot be uploaded: ${cause instanceof Error ? cause.message : String(cause)}`,
    [],
    { cause },
  );

async function measure(path: string): Promise<{ bytes: number; sha256: string }> {
  const hash = createHash('sha256');
  try {
    const found = await stat(path);
    if (!found.isFile()) throw new Error('it is no file');
    for await (const piece of createReadStream(path)) hash.update(piece);
    return { bytes: found.size, sha256: hash.digest('hex') };
  } catch (error) {
    throw unreadable(path, error);
  }
}

/** A refusal is final; that nobody answered is not. */
async function sendAgain(send: () => Promise<void>): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      return await send();
    } catch (error) {
      if (error instanceof CodedError || tries === TRIES) throw error;
      await systemClock.sleep(FIRST_PAUSE_MS * 2 ** tries);
    }
  }
}

async function sendParts(remote: DatasetRemote, path: string, upload: Upload): Promise<number> {
  const received = new Set(upload.received.map(({ number }) => number));
  const file = await open(path, 'r').catch((error: unknown) => {
    throw unreadable(path, error);
  });
  try {
    for (let number = 1; number <= upload.parts; number++) {
      if (received.has(number)) continue;
      const from = (number - 1) * upload.partBytes;
      const part = Buffer.alloc(Math.min(upload.partBytes, upload.bytes - from));
      const { bytesRead } = await file.read(part, 0, part.length, from);
      if (bytesRead < part.length) throw unreadable(path, 'it has become shorter meanwhile');
      const sha256 = createHash('sha256').update(part).digest('hex');
      await sendAgain(() => remote.putPart(upload, number, part, sha256));
    }
  } finally {
    await file.close();
  }
  return received.size;
}

/**
 * Uploads a file to a dataset, in parts; an upload of the same file that was interrupted goes on. Answers how many parts
 * were there already. Throws CodedError.
 */
export async function uploadFile(
  remote: DatasetRemote,
  datasetId: string,
  path: string,
  partBytes: number,
): Promise<{ name: string; parts: number; kept: number }> {
  const name = basename(path);
  const { bytes, sha256 } = await measure(path);
  const before = (await remote.uploads(datasetId)).find(
    (each) => each.name === name && each.bytes === bytes && each.sha256 === sha256 && each.partBytes === partBytes,
  );
  const upload = before ?? (await remote.beginUpload(datasetId, { name, bytes, partBytes, sha256 }));
  const kept = await sendParts(remote, path, upload);
  await remote.completeUpload(upload);
  return { name, parts: upload.parts, kept };
}
