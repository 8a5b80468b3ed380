import { openTracing } from '#libs/telemetry/open-tracing.js';
import type { Tracing } from '#libs/telemetry/tracing.js';
import type { ExecutorConfig } from '../config.js';
import type { ExecutorMetrics } from './executor-metrics.js';
import type { MetricsServer, Readiness } from './metrics-server.js';

/** What watches an executor, where anybody wants to know. */
export interface Watch {
  metrics: ExecutorMetrics;
  tracing: Tracing;
  /** Answers /metrics and /health from now on; undefined when no port was asked for. Throws CodedError CONFLICT. */
  serve(ready: Readiness): Promise<MetricsServer | undefined>;
}

/** Undefined, and nothing loaded, when the settings ask neither for metrics nor for spans. */
export async function openWatch({ id, labels, metrics: place, otlpUrl }: ExecutorConfig): Promise<Watch | undefined> {
  if (place === undefined && otlpUrl === undefined) return undefined;
  const { ExecutorMetrics: Metrics } = await import('./executor-metrics.js');
  const metrics = new Metrics(id, labels);
  const tracing = await openTracing({ url: otlpUrl, service: 'tidemark-executor', instance: id });
  return {
    metrics,
    tracing,
    async serve(ready) {
      if (place === undefined) return undefined;
      const { serveMetrics } = await import('./metrics-server.js');
      return serveMetrics(metrics, ready, place);
    },
  };
}
