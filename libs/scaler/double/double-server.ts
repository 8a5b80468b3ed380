import { createServer, type IncomingMessage, type Server } from 'node:http';
import { CloudDouble, type DoubleOptions } from './cloud-double.js';
import { DoubleScript } from './double-script.js';

export interface RunningDouble {
  url: string;
  double: CloudDouble;
  close(): Promise<void>;
}

const CONTROL = '/double/';

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const piece of request.setEncoding('utf8')) body += piece;
  return body;
}

/**
 * Serves the double on a loopback port (0: a free one). Beside the API, `GET /double/counts` says what was asked of it and
 * `POST /double/script` gives it another script. Rejects with the listen error.
 */
export async function startDouble(options: DoubleOptions, port = 0): Promise<RunningDouble> {
  const double = new CloudDouble(options);
  const server: Server = createServer((request, response) => {
    const answer = (status: number, type: string, body: string) =>
      response.writeHead(status, { 'content-type': type }).end(body);
    const { method = '', url: path = '', headers } = request;
    void bodyOf(request).then(
      async (body) => {
        if (path.startsWith(CONTROL)) {
          if (method === 'POST') {
            const script = DoubleScript.safeParse(JSON.parse(body));
            if (!script.success) return answer(400, 'text/plain', script.error.message);
            double.apply(script.data);
          }
          return answer(
            200,
            'application/json',
            JSON.stringify({ ...double.counts, nodes: double.cluster.nodes.length }),
          );
        }
        const reply = await double.handle({ method, path, authorization: headers.authorization, body });
        if (reply === 'cut') return request.socket.destroy();
        return answer(reply.status, reply.type, reply.body);
      },
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
    double,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
