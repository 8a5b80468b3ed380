import { createServer, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';

/** A request with its whole body. */
export interface Asked {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}

export interface Reply {
  status: number;
  /** Of the content. */
  type: string;
  body: string;
}

export interface LoopbackServer {
  url: string;
  /** Ends open connections too. */
  close(): Promise<void>;
}

export const jsonReply = (status: number, body: unknown): Reply => ({
  status,
  type: 'application/json',
  body: JSON.stringify(body),
});

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const piece of request.setEncoding('utf8')) body += piece;
  return body;
}

/**
 * Serves HTTP on a port of 127.0.0.1 (0: a free one). `cut` ends the connection without an answer, and so does an answer
 * that fails. Rejects with the listen error.
 */
export async function serveLoopback(
  answer: (asked: Asked) => Promise<Reply | 'cut'>,
  port: number,
): Promise<LoopbackServer> {
  const server = createServer((request, response) => {
    const { method = '', url: path = '', headers } = request;
    void bodyOf(request)
      .then((body) => answer({ method, path, headers, body }))
      .catch((): 'cut' => 'cut')
      .then((reply) => {
        if (reply === 'cut') request.socket.destroy();
        else response.writeHead(reply.status, { 'content-type': reply.type }).end(reply.body);
      });
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
