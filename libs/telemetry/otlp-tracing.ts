import { ROOT_CONTEXT, SpanKind, SpanStatusCode, trace, TraceFlags } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import { formatTraceParent, parseTraceParent, type SpanStart, type Tracing } from './tracing.js';

const KINDS = { server: SpanKind.SERVER, internal: SpanKind.INTERNAL } as const;
const PATH = '/v1/traces';
/** A collector that is away holds up nobody: what it does not take in this time is dropped. */
const TIMEOUT_MS = 5_000;
const WAITING_SPANS = 2_048;

/** As OpenTelemetry has it for a base URL: the path of the signal is added, unless it is there. */
export const tracesUrl = (url: string): string => (url.endsWith(PATH) ? url : `${url.replace(/\/+$/, '')}${PATH}`);

const contextOf = (parent: string | undefined) => {
  const remote = parseTraceParent(parent);
  if (remote === undefined) return ROOT_CONTEXT;
  const { traceId, spanId, isSampled } = remote;
  const traceFlags = isSampled ? TraceFlags.SAMPLED : TraceFlags.NONE;
  return trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags, isRemote: true });
};

/** Sends spans as OTLP/HTTP JSON in batches. A caller's decision not to sample is kept. */
export function otlpTracing({ url, service, instance }: { url: string; service: string; instance: string }): Tracing {
  const exporter = new OTLPTraceExporter({ url: tracesUrl(url), timeoutMillis: TIMEOUT_MS });
  const provider = new NodeTracerProvider({
    resource: resourceFromAttributes({ 'service.name': service, 'service.instance.id': instance }),
    spanProcessors: [
      new BatchSpanProcessor(exporter, {
        maxQueueSize: WAITING_SPANS,
        scheduledDelayMillis: 1_000,
        exportTimeoutMillis: TIMEOUT_MS,
      }),
    ],
  });
  const tracer = provider.getTracer('tidemark');
  return {
    start({ name, kind, parent, startMs, attributes }: SpanStart) {
      const options = {
        kind: KINDS[kind],
        ...(attributes && { attributes: { ...attributes } }),
        ...(startMs !== undefined && { startTime: startMs }),
      };
      const span = tracer.startSpan(name, options, contextOf(parent));
      const { traceId, spanId, traceFlags } = span.spanContext();
      return {
        traceParent: formatTraceParent({ traceId, spanId, isSampled: (traceFlags & TraceFlags.SAMPLED) !== 0 }),
        end({ name: finalName, error, attributes: more, endMs } = {}) {
          if (finalName !== undefined) span.updateName(finalName);
          if (more !== undefined) span.setAttributes({ ...more });
          if (error !== undefined) span.setStatus({ code: SpanStatusCode.ERROR, message: error });
          span.end(endMs);
        },
      };
    },
    // What a collector refuses at the end is lost; the process ends all the same.
    close: () => provider.shutdown().catch(() => undefined),
  };
}
