import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { afterEach, expect, it } from 'vitest';
import { post } from './post.js';

let server: Server;
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

async function listen(answer: Parameters<typeof createServer>[1]): Promise<URL> {
  server = createServer({}, answer);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return new URL(`http://receiver.test:${typeof address === 'object' && address !== null ? address.port : 0}/`);
}
const send = (url: URL, timeoutMs: number) => post(url, '127.0.0.1', { headers: {}, body: '{}', timeoutMs });

it('gives a receiver up that answers nothing', async () => {
  const url = await listen(() => undefined);
  await expect(send(url, 50)).rejects.toThrow('no whole answer came within 50 ms');
});

it('gives a receiver up that does not end its answer', async () => {
  const url = await listen((_request, response) => void response.writeHead(200).write('half'));
  await expect(send(url, 50)).rejects.toThrow('no whole answer came within 50 ms');
});

it('goes to the address that it was given, and says that nobody listens there', async () => {
  const url = await listen((_request, response) => void response.end('here'));
  expect(await send(url, 10_000)).toEqual({ status: 200, excerpt: 'here' });
  server.close();
  server.closeAllConnections();
  await expect(send(url, 10_000)).rejects.toThrow('ECONNREFUSED');
});
