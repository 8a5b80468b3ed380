import 'reflect-metadata';
import { ConsoleLogger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import helmet from 'helmet';
import { loadHistograms } from '#libs/stats/histogram.js';
import { auditTrail } from './audit/audit-trail.js';
import { AppModule, type Parts } from './app.module.js';
import type { ApiConfig } from './config.js';
import { serveDocs } from './docs/docs.js';
import { buildDocument } from './docs/openapi.js';
import { correlate } from './http/correlation.js';
import { requireJson } from './http/media-type.js';
import { measure } from './http/measure.js';
import { Metrics } from './ops/metrics.service.js';

const LEVELS = { error: ['error'], warn: ['error', 'warn'], log: ['error', 'warn', 'log'] } as const;

const logLevels = (level: ApiConfig['logLevel']) =>
  level === 'debug' ? [...LEVELS.log, 'debug' as const] : [...LEVELS[level]];

/** The application with everything but a port to listen on. */
export async function createApp(parts: Parts): Promise<NestExpressApplication> {
  await loadHistograms();
  const app = await NestFactory.create<NestExpressApplication>(AppModule.of(parts), {
    bodyParser: false,
    logger: new ConsoleLogger({ json: true, logLevels: logLevels(parts.config.logLevel) }),
    forceCloseConnections: true,
  });
  app.disable('x-powered-by');
  app.set('query parser', 'simple');
  app.use(correlate);
  app.use(measure(app.get(Metrics)));
  app.use(auditTrail(parts.store, parts.nowMs));
  // Plain HTTP on a private network is allowed, so browsers must not be told to change to HTTPS.
  app.use(
    helmet({
      strictTransportSecurity: false,
      contentSecurityPolicy: { directives: { 'upgrade-insecure-requests': null } },
    }),
  );
  app.use(requireJson);
  app.useBodyParser('json', { limit: parts.config.maxBodyBytes, strict: false });
  serveDocs(app, buildDocument(app));
  return app;
}
