import type { NextFunction, Request, Response } from 'express';
import { CodedError } from '#libs/contract/problem.js';

const UPLOAD_PART = /^\/v1\/datasets\/[^/]+\/uploads\/[^/]+\/parts\/[^/]+$/;

/** Refuses a body that is not JSON: it would be left unread and look like no body at all. */
export function requireJson(request: Request, _response: Response, next: NextFunction): void {
  const hasBody =
    Number(request.headers['content-length'] ?? 0) > 0 || request.headers['transfer-encoding'] !== undefined;
  const type = request.headers['content-type'];
  // Parts of an upload are bytes, which their route looks at.
  if (request.method === 'PUT' && UPLOAD_PART.test(request.path)) return next();
  if (!hasBody || request.is(['application/json', 'application/*+json']) !== false) return next();
  next(
    new CodedError(
      'UNSUPPORTED_MEDIA_TYPE',
      `Expected a body of type application/json, found ${type ?? 'no content-type'}; send content-type: application/json.`,
    ),
  );
}
