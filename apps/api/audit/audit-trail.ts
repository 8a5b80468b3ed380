import { Logger } from '@nestjs/common';
import type { NextFunction, Request, Response } from 'express';
import type { Store } from '#libs/store/port.js';
import { correlationId, routeOf } from '../http/correlation.js';
import { onAnswerEnd } from '../http/answer-end.js';
import { callerOf } from '../keys/caller.js';
import type { NowMs } from '../tokens.js';

const READING = ['GET', 'HEAD', 'OPTIONS'];

/** Writes down every call that changes something or was refused to, once it is over, also when nobody waits for the answer. */
export const auditTrail = (store: Store, nowMs: NowMs) => {
  const logger = new Logger('audit');
  return (request: Request, response: Response, next: NextFunction): void => {
    if (READING.includes(request.method)) return next();
    onAnswerEnd(response, ({ answered }) => {
      const route = routeOf(request);
      // What names no route of ours changes nothing.
      if (route === 'none') return;
      const caller = callerOf(request);
      const entry = {
        atMs: nowMs(),
        actor: caller?.actor ?? 'none',
        keyId: caller?.keyId ?? null,
        projectId: caller?.projectId ?? null,
        method: request.method,
        route,
        path: request.path,
        status: response.statusCode,
        answered,
        location: response.getHeader('location')?.toString() ?? null,
        correlationId: correlationId(response),
      };
      store.platform.audit
        .add(entry)
        .catch((error: unknown) => logger.error(`Not in the audit log: ${JSON.stringify(entry)}: ${String(error)}`));
    });
    next();
  };
};
