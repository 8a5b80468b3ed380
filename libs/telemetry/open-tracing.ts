import { noTracing, type Tracing } from './tracing.js';

export interface TracingOptions {
  /** Where to send spans as OTLP/HTTP JSON, such as http://127.0.0.1:4318; undefined: nowhere. */
  url: string | undefined;
  /** `tidemark-api`, `tidemark-executor`. */
  service: string;
  /** Which of several such processes. */
  instance: string;
}

/** The OpenTelemetry packages are loaded only when there is a place to send spans to. */
export async function openTracing({ url, ...identity }: TracingOptions): Promise<Tracing> {
  if (url === undefined) return noTracing;
  const { otlpTracing } = await import('./otlp-tracing.js');
  return otlpTracing({ url, ...identity });
}
