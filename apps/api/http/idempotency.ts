import { ApiHeader } from '@nestjs/swagger';
import type { Response } from 'express';
import { z } from 'zod';
import type { Idempotency } from '#libs/store/platform/port.js';
import { invalid } from '../problem/validation.pipe.js';
import { bodyHash } from '../runs/body-hash.js';

export const IDEMPOTENCY_KEY = 'idempotency-key';

const Key = z.string().regex(/^[\x21-\x7e]{1,255}$/);

/** Documents the header of a creating route. */
export const IdempotencyKey = () =>
  ApiHeader({
    name: 'Idempotency-Key',
    required: false,
    description: 'Repeating the call with the same key and body within a day answers what the first one made',
    schema: { type: 'string', minLength: 1, maxLength: 255 },
  });

/** The Idempotency-Key header. Throws CodedError VALIDATION_FAILED for one that is no plain text. */
export function readIdempotencyKey(header: string | undefined): string | undefined {
  if (header === undefined || Key.safeParse(header).success) return header;
  const message = `expected 1 to 255 visible ASCII characters, found ${JSON.stringify(header.slice(0, 80))}`;
  throw invalid([{ path: 'Idempotency-Key', message }], 'header');
}

/** What the store needs to know a repeated call; one key serves one call only, whatever the path. */
export const idempotencyOf = (
  header: string | undefined,
  operationId: string,
  body: unknown,
  secretKey: Buffer | undefined,
): Idempotency | undefined => {
  const key = readIdempotencyKey(header);
  return key === undefined ? undefined : { key, bodyHash: bodyHash({ operationId, body }, secretKey) };
};

/** 201 with Location; a replayed call says so and is the same otherwise. */
export function answerMade(response: Response, location: string, replayed: boolean): void {
  response.setHeader('location', location);
  if (replayed) response.setHeader('idempotency-replayed', 'true');
}
