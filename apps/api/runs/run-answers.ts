import type { Response } from 'express';
import { z } from 'zod';
import type { Run } from '#libs/contract/run.js';
import { invalid } from '../problem/validation.pipe.js';
import type { Created } from './runs.service.js';

export const IDEMPOTENCY_KEY = 'idempotency-key';

const Key = z.string().regex(/^[\x21-\x7e]{1,255}$/);

/** The Idempotency-Key header. Throws CodedError VALIDATION_FAILED for one that is no plain text. */
export function readIdempotencyKey(header: string | undefined): string | undefined {
  if (header === undefined || Key.safeParse(header).success) return header;
  const message = `expected 1 to 255 visible ASCII characters, found ${JSON.stringify(header.slice(0, 80))}`;
  throw invalid([{ path: 'Idempotency-Key', message }], 'header');
}

/** 201 with Location; a replayed call says so and is the same otherwise. */
export function answerCreated({ run, replayed }: Created, response: Response): Run {
  response.setHeader('location', `/v1/runs/${run.id}`);
  if (replayed) response.setHeader('idempotency-replayed', 'true');
  return run;
}

/** 200 when the run has ended, 202 when executors still have to stop. */
export function answerCancelled({ run, ended }: { run: Run; ended: boolean }, response: Response): Run {
  response.status(ended ? 200 : 202);
  return run;
}
