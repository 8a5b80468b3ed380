import { parentPort } from 'node:worker_threads';
import { startEmbeddedPostgres } from './pglite-server.js';

/*
 * The thread of an embedded PostgreSQL: a question keeps it busy, and must keep nothing else waiting.
 */
const port = parentPort;
if (!port) throw new Error('pglite-entry is a worker thread: start it through openEmbedded');

const postgres = await startEmbeddedPostgres();
port.on('message', () => {
  void postgres.close().then(() => port.close());
});
port.postMessage({ port: postgres.port });
