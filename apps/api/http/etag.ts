import { ApiHeader } from '@nestjs/swagger';
import type { Response } from 'express';
import { CodedError } from '#libs/contract/problem.js';

export const IF_MATCH = 'if-match';

/** Documents the header of a changing route. */
export const IfMatch = () =>
  ApiHeader({
    name: 'If-Match',
    required: true,
    description: 'The ETag that was read: the change is refused when somebody else has changed it since',
    schema: { type: 'string' },
  });

/** Answers with the version as ETag. */
export function answerVersion<Item extends { version: number }>(response: Response, item: Item): Item {
  response.setHeader('etag', `"${item.version}"`);
  return item;
}

/** The version in If-Match. Throws CodedError PRECONDITION_REQUIRED without one, PRECONDITION_FAILED for another's ETag. */
export function readIfMatch(header: string | undefined): number {
  if (header === undefined)
    throw new CodedError('PRECONDITION_REQUIRED', 'A change needs If-Match with the ETag that GET answered.');
  const version = /^(?:W\/)?"(\d{1,9})"$/.exec(header.trim())?.[1];
  if (version === undefined)
    throw new CodedError('PRECONDITION_FAILED', 'If-Match is no ETag of ours, such as "3"; send what GET answered.');
  return Number(version);
}
