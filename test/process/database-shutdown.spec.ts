import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { Database } from '#libs/store/database.js';

/** One message of PostgreSQL's protocol: type, length, body. */
function message(type: string, body: Buffer): Buffer {
  const head = Buffer.from(`${type}....`);
  head.writeUInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}
const AUTHENTICATED = message('R', Buffer.from([0, 0, 0, 0]));
const READY = message('Z', Buffer.from('I'));
const SHUTTING_DOWN = message(
  'E',
  Buffer.from('SFATAL\0C57P01\0Mterminating connection due to administrator command\0\0'),
);

let server: Server | undefined;
afterEach(() => server?.close());

describe('a PostgreSQL that is shut down', () => {
  it('in the same moment as a connection is ready: an error to whoever asks, not the end of the process', async () => {
    // A busy process reads all three messages at once, before the new connection has its user.
    server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', () => socket.end(Buffer.concat([AUTHENTICATED, READY, SHUTTING_DOWN])));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const opened = Database.open(`postgres://someone:secret@127.0.0.1:${port}/tidemark`);
    await expect(opened).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
  });
});
