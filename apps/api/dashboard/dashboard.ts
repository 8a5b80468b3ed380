import { fileURLToPath } from 'node:url';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { NextFunction, Request, Response } from 'express';
import { CodedError } from '#libs/contract/problem.js';
import { readDashboard } from './dashboard-files.js';

/** Beside the compiled API, `dist/apps/api/dashboard` -> `dist/dashboard`; tests of the sources find the same. */
const FOLDERS = ['../../../dashboard/', '../../../dist/dashboard/'].map((path) =>
  fileURLToPath(new URL(path, import.meta.url)),
);

/** Nothing but what this service itself answers; no script or style in the page, and no markup made of texts. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
].join('; ');

/** Serves the dashboard at `/`. It needs no key: it has no data of its own, and asks the API as any caller does. */
export async function serveDashboard(app: NestExpressApplication): Promise<void> {
  const found = await Promise.all(FOLDERS.map(readDashboard));
  const files = found.find(({ size }) => size > 0);
  app.use((request: Request, response: Response, next: NextFunction) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') return next();
    const file = files?.get(request.path);
    if (file === undefined) return next(request.path === '/' ? notBuilt() : undefined);
    const compress = request.acceptsEncodings('gzip', 'identity') === 'gzip';
    response.set({
      'content-type': file.type,
      'cache-control': file.cacheControl,
      'content-security-policy': POLICY,
      etag: file.etag,
      vary: 'accept-encoding',
    });
    if (request.fresh) return void response.status(304).end();
    if (compress) response.set('content-encoding', 'gzip');
    response.end(compress ? file.gzip : file.body);
  });
}

const notBuilt = (): CodedError =>
  new CodedError('NOT_FOUND', 'The dashboard was not built; npm run build makes it. The API is described at /docs.');
