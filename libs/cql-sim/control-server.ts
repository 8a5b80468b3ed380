import { createServer, type IncomingMessage } from 'node:http';
import type { Simulator } from './simulator.js';

export interface RunningControl {
  url: string;
  close(): Promise<void>;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const piece of request.setEncoding('utf8')) body += piece;
  return body;
}

function nodesIn(body: string): number | undefined {
  try {
    const nodes: unknown = JSON.parse(body)?.nodes;
    return typeof nodes === 'number' && Number.isInteger(nodes) ? nodes : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Serves the simulator's control port on 127.0.0.1 (0: a free one): `GET /nodes` answers `{nodes, up}`, `POST /nodes
 * {nodes}` lets nodes join or leave and answers when that is done. Rejects with the listen error.
 */
export async function startControl(simulator: Simulator, port: number): Promise<RunningControl> {
  let tail: Promise<void> = Promise.resolve();
  /** One after another: whoever comes meanwhile waits. */
  const resize = (nodes: number): Promise<void> => {
    const done = tail.then(() => simulator.resize(nodes));
    tail = done.catch(() => undefined);
    return done;
  };
  const handle = async (request: IncomingMessage): Promise<[number, unknown]> => {
    if (request.url !== '/nodes') return [404, { error: 'expected /nodes' }];
    if (request.method === 'GET') return [200, simulator.size];
    const nodes = nodesIn(await bodyOf(request));
    if (request.method !== 'POST' || nodes === undefined) return [400, { error: 'expected POST {"nodes": <number>}' }];
    try {
      await resize(nodes);
      return [200, simulator.size];
    } catch (cause) {
      return [409, { error: cause instanceof Error ? cause.message : String(cause) }];
    }
  };
  const server = createServer((request, response) => {
    handle(request).then(
      ([status, body]) => response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body)),
      () => request.socket.destroy(),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const address = server.address();
  const served = typeof address === 'object' && address ? address.port : port;
  return {
    url: `http://127.0.0.1:${served}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
