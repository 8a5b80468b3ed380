import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { SinkCounts } from '#libs/cdc/sink/sink-counts.js';

/** What a sink says of itself. */
export interface SinkStatus {
  /** False until it has its place in the group. */
  reading: boolean;
  /** Messages that would come again if it were killed now. */
  uncommitted: number;
  topics: Readonly<Record<string, SinkCounts>>;
}

/** `/health`: 200 while it reads and PostgreSQL takes what comes; `/status`: counts of every topic. */
export async function serveStatus(host: string, port: number, status: () => SinkStatus): Promise<Server> {
  const server = createServer((request, response) => {
    const { reading, uncommitted, topics } = status();
    const errors = Object.values(topics).flatMap(({ lastError }) => lastError ?? []);
    const pages: Readonly<Record<string, [number, unknown]>> = {
      '/health': [reading && errors.length === 0 ? 200 : 503, { reading, errors }],
      '/status': [200, { reading, uncommitted, topics }],
    };
    const [code, body] = pages[request.url ?? ''] ?? [404, { expected: Object.keys(pages) }];
    response.writeHead(code, { 'content-type': 'application/json' }).end(`${JSON.stringify(body)}\n`);
  });
  server.listen(port, host);
  await once(server, 'listening');
  return server;
}
