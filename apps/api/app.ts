import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import helmet from 'helmet';
import { loadHistograms } from '#libs/stats/histogram.js';
import { auditTrail } from './audit/audit-trail.js';
import { noTracing } from '#libs/telemetry/tracing.js';
import { AppModule, type Parts } from './app.module.js';
import { serveDashboard } from './dashboard/dashboard.js';
import { serveDocs } from './docs/docs.js';
import { buildDocument } from './docs/openapi.js';
import { correlate } from './http/correlation.js';
import { requireJson } from './http/media-type.js';
import { measure } from './http/measure.js';
import { Metrics } from './ops/metrics.service.js';
import { ProcessLog } from './ops/process-log.js';

/** The application with everything but a port to listen on. */
export async function createApp(parts: Parts): Promise<NestExpressApplication> {
  const { config, nowMs, tracing = noTracing, logTo = (text) => void process.stderr.write(text) } = parts;
  await loadHistograms();
  const app = await NestFactory.create<NestExpressApplication>(AppModule.of(parts), {
    bodyParser: false,
    logger: new ProcessLog(config, nowMs, logTo),
    forceCloseConnections: true,
  });
  app.disable('x-powered-by');
  app.set('query parser', 'simple');
  app.use(correlate(tracing));
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
  app.useBodyParser('json', { limit: config.maxBodyBytes, strict: false });
  serveDocs(app, buildDocument(app));
  await serveDashboard(app);
  return app;
}
