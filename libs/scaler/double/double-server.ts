import { jsonReply, type LoopbackServer, serveLoopback } from '#libs/wire/loopback-server.js';
import { CloudDouble, type DoubleOptions } from './cloud-double.js';
import { DoubleScript } from './double-script.js';

const CONTROL = '/double/';

/**
 * Serves the double on a loopback port (0: a free one). Beside the API, `GET /double/counts` says what was asked of it and
 * `POST /double/script` gives it another script. Rejects with the listen error.
 */
export function startDouble(options: DoubleOptions, port = 0): Promise<LoopbackServer> {
  const double = new CloudDouble(options);
  return serveLoopback(async ({ method, path, headers, body }) => {
    if (!path.startsWith(CONTROL)) return double.handle({ method, path, authorization: headers.authorization, body });
    if (method === 'POST') {
      const script = DoubleScript.safeParse(JSON.parse(body));
      if (!script.success) return { status: 400, type: 'text/plain', body: script.error.message };
      double.apply(script.data);
    }
    return jsonReply(200, { ...double.counts, nodes: double.cluster.nodes.length });
  }, port);
}
