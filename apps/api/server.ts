import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import type { Server } from 'node:http';
import { isIP } from 'node:net';
import { hostname } from 'node:os';
import { CodedError } from '#libs/contract/problem.js';
import { openStore } from '#libs/store/open-store.js';
import { openTracing } from '#libs/telemetry/open-tracing.js';
import { createApp } from './app.js';
import type { ApiConfig } from './config.js';
import type { NowMs } from './tokens.js';

export interface RunningApi {
  /** Such as http://127.0.0.1:8480. */
  url: string;
  /** Ends event streams, answers what is under way, then closes the store. */
  close(): Promise<void>;
}

const isInUse = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'EADDRINUSE' || error.code === 'EACCES');

/** Opens the store and listens. Throws CodedError CONFLICT when the port cannot be had, and what opening the store throws. */
export async function startApi(config: ApiConfig, nowMs: NowMs): Promise<RunningApi> {
  const store = await openStore({ url: config.databaseUrl, secretKey: config.secretKey });
  const addressesOf = async (host: string) => (await lookup(host, { all: true })).map(({ address }) => address);
  const tracing = await openTracing({
    url: config.otlpUrl,
    service: 'tidemark-api',
    instance: `${hostname()}-${process.pid}`,
  });
  const app = await createApp({ config, store, nowMs, lookup: addressesOf, tracing });
  const close = async () => {
    await app.close();
    await tracing.close();
    await store.close();
  };
  try {
    await app.init();
    await listen(app.getHttpServer(), config);
  } catch (error) {
    await close();
    if (!isInUse(error)) throw error;
    const message = `Port ${config.port} of ${config.host} is taken or not allowed; stop what listens there or set TIDEMARK_PORT.`;
    throw new CodedError('CONFLICT', message, [], { cause: error });
  }
  return { url: urlOf(app.getHttpServer(), config), close };
}

/** Not by the framework, which would log a taken port before it can be said in a sentence. */
async function listen(server: Server, { port, host }: ApiConfig): Promise<void> {
  server.listen(port, host);
  await once(server, 'listening');
}

function urlOf(server: Server, { port, host }: ApiConfig): string {
  const address = server.address();
  const actual = typeof address === 'object' && address !== null ? address.port : port;
  return `http://${isIP(host) === 6 ? `[${host}]` : host}:${actual}`;
}
