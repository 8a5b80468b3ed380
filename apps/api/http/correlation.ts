import { randomUUID } from 'node:crypto';
import type { NextFunction, Request, Response } from 'express';
import type { Span, Tracing } from '#libs/telemetry/tracing.js';
import { withinRequest } from './request-origin.js';

const HEADER = 'x-correlation-id';

/**
 * Takes over the caller's x-correlation-id when it is harmless to repeat, else makes one, and answers it. Opens the
 * request's span, and lets logs and runs of the request know both.
 */
export const correlate =
  (tracing: Tracing) =>
  (request: Request, response: Response, next: NextFunction): void => {
    const given = request.get(HEADER);
    const id = given !== undefined && /^[\w.:-]{1,128}$/.test(given) ? given : randomUUID();
    response.setHeader(HEADER, id);
    const span = tracing.start({ name: request.method, kind: 'server', parent: request.get('traceparent') });
    response.once('close', () => end(span, request, response, id));
    withinRequest({ correlationId: id, traceParent: span.traceParent ?? null }, next);
  };

export const correlationId = (response: Response): string => String(response.getHeader(HEADER) ?? '');

/** The pattern of the route that answered, such as /v1/runs/:id; `none` where there is none. */
export function routeOf({ route }: Request): string {
  return typeof route === 'object' && route !== null && 'path' in route ? String(route.path) : 'none';
}

/** Names as OpenTelemetry's semantic conventions for HTTP have them. */
function end(span: Span, request: Request, response: Response, id: string): void {
  const route = routeOf(request);
  const { statusCode } = response;
  span.end({
    name: `${request.method} ${route}`,
    error: statusCode >= 500 ? `answered ${statusCode}` : undefined,
    attributes: {
      'http.request.method': request.method,
      'http.route': route,
      'http.response.status_code': statusCode,
      'tidemark.correlation_id': id,
    },
  });
}
