import { createHash, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { isIP } from 'node:net';
import { CodedError } from '#libs/contract/problem.js';
import type { ExecutorMetrics } from './executor-metrics.js';

export interface MetricsServer {
  /** Such as http://127.0.0.1:9464. */
  url: string;
  close(): void;
}

export interface MetricsPlace {
  host: string;
  port: number;
  /** What /metrics wants as a bearer token; undefined: nothing. */
  token: string | undefined;
}

/** What is asked on each request; rejects with why the executor cannot take work. */
export type Readiness = () => Promise<void>;

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Compared as hashes, so that neither length nor prefix shows in the time. */
const isAllowed = (request: IncomingMessage, token: string | undefined): boolean =>
  token === undefined || timingSafeEqual(digest(request.headers.authorization ?? ''), digest(`Bearer ${token}`));

function answer(response: ServerResponse, status: number, type: string, text: string): void {
  response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' }).end(text);
}

const json = (response: ServerResponse, status: number, body: unknown): void =>
  answer(response, status, 'application/json', JSON.stringify(body));

/**
 * Answers /metrics, /health/live and /health/ready, nothing else, by GET. Throws CodedError CONFLICT when the port cannot
 * be had.
 */
export async function serveMetrics(
  metrics: ExecutorMetrics,
  ready: Readiness,
  { host, port, token }: MetricsPlace,
): Promise<MetricsServer> {
  const routes: Readonly<Record<string, (request: IncomingMessage, response: ServerResponse) => Promise<void> | void>> =
    {
      '/metrics': async (request, response) => {
        if (isAllowed(request, token))
          return answer(response, 200, 'text/plain; version=0.0.4; charset=utf-8', await metrics.text());
        response.setHeader('www-authenticate', 'Bearer realm="tidemark"');
        json(response, 401, {
          status: 'unauthenticated',
          reason: 'send Authorization: Bearer <TIDEMARK_METRICS_TOKEN>',
        });
      },
      '/health/live': (_request, response) => json(response, 200, { status: 'ok' }),
      '/health/ready': async (_request, response) => {
        try {
          await ready();
          json(response, 200, { status: 'ok' });
        } catch (error) {
          json(response, 503, {
            status: 'unavailable',
            reason: error instanceof Error ? error.message : String(error),
          });
        }
      },
    };
  const server = createServer((request, response) => {
    const route = routes[(request.url ?? '').split('?')[0] ?? ''];
    if (route === undefined) return json(response, 404, { status: 'not found', reason: Object.keys(routes).join(' ') });
    if (request.method !== 'GET') return json(response, 405, { status: 'method not allowed', reason: 'GET' });
    Promise.resolve(route(request, response)).catch((error: unknown) => response.destroy(new Error(String(error))));
  });
  server.requestTimeout = 10_000;
  try {
    server.listen(port, host);
    await once(server, 'listening');
  } catch (error) {
    const message = `Port ${port} of ${host} is taken or not allowed; stop what listens there or set TIDEMARK_METRICS_PORT.`;
    throw new CodedError('CONFLICT', message, [], { cause: error });
  }
  const address = server.address();
  const actual = typeof address === 'object' && address !== null ? address.port : port;
  return {
    url: `http://${isIP(host) === 6 ? `[${host}]` : host}:${actual}`,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
