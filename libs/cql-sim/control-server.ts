import { jsonReply, type LoopbackServer, serveLoopback } from '#libs/wire/loopback-server.js';
import type { Simulator } from './simulator.js';

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
export function startControl(simulator: Simulator, port: number): Promise<LoopbackServer> {
  let tail: Promise<void> = Promise.resolve();
  /** One after another: whoever comes meanwhile waits. */
  const resize = (nodes: number): Promise<void> => {
    const done = tail.then(() => simulator.resize(nodes));
    tail = done.catch(() => undefined);
    return done;
  };
  return serveLoopback(async ({ method, path, body }) => {
    if (path !== '/nodes') return jsonReply(404, { error: 'expected /nodes' });
    if (method === 'GET') return jsonReply(200, simulator.size);
    const nodes = nodesIn(body);
    if (method !== 'POST' || nodes === undefined) return jsonReply(400, { error: 'expected POST {"nodes": <number>}' });
    try {
      await resize(nodes);
      return jsonReply(200, simulator.size);
    } catch (cause) {
      return jsonReply(409, { error: cause instanceof Error ? cause.message : String(cause) });
    }
  }, port);
}
