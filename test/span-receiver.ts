import { once } from 'node:events';
import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';
import { z } from 'zod';

const Value = z
  .object({
    stringValue: z.string().optional(),
    intValue: z.coerce.number().optional(),
    doubleValue: z.number().optional(),
    boolValue: z.boolean().optional(),
  })
  .transform((value) => value.stringValue ?? value.intValue ?? value.doubleValue ?? value.boolValue);

const Facts = z
  .array(z.object({ key: z.string(), value: Value }))
  .default([])
  .transform((facts) => Object.fromEntries(facts.map(({ key, value }) => [key, value])));

const Span = z.object({
  traceId: z.string().regex(/^[0-9a-f]{32}$/),
  spanId: z.string().regex(/^[0-9a-f]{16}$/),
  parentSpanId: z.string().optional(),
  name: z.string(),
  kind: z.int(),
  startTimeUnixNano: z.string().regex(/^\d+$/),
  endTimeUnixNano: z.string().regex(/^\d+$/),
  attributes: Facts,
  status: z.object({ code: z.int().optional(), message: z.string().optional() }),
});

/** The body of OTLP/HTTP: ExportTraceServiceRequest in protobuf's JSON. */
const Export = z.object({
  resourceSpans: z.array(
    z.object({
      resource: z.object({ attributes: Facts }),
      scopeSpans: z.array(z.object({ spans: z.array(Span) })),
    }),
  ),
});

export type ReceivedSpan = z.infer<typeof Span> & { service: string };

export interface SpanReceiver {
  url: string;
  spans: ReceivedSpan[];
  close(): void;
}

/** Takes spans as an OpenTelemetry collector does, and refuses what is not of the protocol. */
export async function startSpanReceiver(): Promise<SpanReceiver> {
  const spans: ReceivedSpan[] = [];
  const server = createServer((request, response) => {
    void (async () => {
      const isExport = request.method === 'POST' && request.url === '/v1/traces';
      if (!isExport || request.headers['content-type'] !== 'application/json') return response.writeHead(404).end();
      const body = Export.safeParse(await json(request));
      if (!body.success) return response.writeHead(400).end(body.error.message);
      for (const { resource, scopeSpans } of body.data.resourceSpans) {
        const service = String(resource.attributes['service.name']);
        spans.push(...scopeSpans.flatMap((scope) => scope.spans.map((span) => ({ ...span, service }))));
      }
      return response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    })();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return { url: `http://127.0.0.1:${port}`, spans, close: () => server.close() };
}
