import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { Request, Response } from 'express';

export interface TextAnswer {
  type: string;
  chunks: AsyncIterable<string>;
  /** Offered as a download under this name. */
  filename?: string;
}

/** Sends text as it is made, compressed for callers that accept gzip; a caller that leaves ends the making. */
export async function streamText(answer: TextAnswer, request: Request, response: Response): Promise<void> {
  const compress = request.acceptsEncodings('gzip', 'identity') === 'gzip';
  response.status(200).set({ 'content-type': answer.type, vary: 'accept-encoding' });
  if (answer.filename !== undefined)
    response.set('content-disposition', `attachment; filename="${answer.filename.replaceAll(/[^\w.-]/g, '_')}"`);
  if (compress) response.set('content-encoding', 'gzip');
  const source = Readable.from(answer.chunks);
  try {
    await (compress ? pipeline(source, createGzip(), response) : pipeline(source, response));
  } catch (error) {
    if (!response.headersSent) throw error;
    if (!isPrematureClose(error)) throw error;
  }
}

const isPrematureClose = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE';
