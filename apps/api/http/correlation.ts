import { randomUUID } from 'node:crypto';
import type { NextFunction, Request, Response } from 'express';

const HEADER = 'x-correlation-id';

/** Takes over the caller's x-correlation-id when it is harmless to repeat, else makes one, and answers it. */
export function correlate(request: Request, response: Response, next: NextFunction): void {
  const given = request.get(HEADER);
  response.setHeader(HEADER, given !== undefined && /^[\w.:-]{1,128}$/.test(given) ? given : randomUUID());
  next();
}

export const correlationId = (response: Response): string => String(response.getHeader(HEADER) ?? '');
