import type { EventEmitter } from 'node:events';
import { Socket } from 'node:net';

/** A process that waits for another's transaction blocks its event loop meanwhile; load never runs in this process. */
const BUSY_TIMEOUT_MS = 5_000;
const CACHE_KIB = 2_000;

/** TypeORM's options for one SQLite file, `sqlite:<path>`. */
export const sqliteConnection = (url: string) => ({
  type: 'better-sqlite3' as const,
  database: url.slice('sqlite:'.length),
  enableWAL: true,
  timeout: BUSY_TIMEOUT_MS,
  prepareDatabase: (db: { pragma(text: string): unknown }) => {
    db.pragma('synchronous = NORMAL');
    // KiB. An executor writes for hours and reads little: pages kept for later would only grow its memory.
    db.pragma(`cache_size = -${CACHE_KIB}`);
  },
});

/** TypeORM's options for a PostgreSQL whose connections are given up when they are silent for `answerMs` in a query. */
export const postgresConnection = (url: string, answerMs: number) => ({
  type: 'postgres' as const,
  url,
  connectTimeoutMS: Math.min(answerMs, BUSY_TIMEOUT_MS),
  // A lost connection is told by whoever uses the next one.
  poolErrorHandler: () => undefined,
  extra: {
    // Between the pool's listener and the next user's there is a moment without one, in which a server that
    // is shut down can end a connection; an error that nobody listens to would end the process.
    onConnect: (client: EventEmitter) => void client.on('error', () => undefined),
    keepAlive: true,
    idleTimeoutMillis: answerMs / 2,
    // A process that is frozen in the middle of a control transaction would hold up all others.
    idle_in_transaction_session_timeout: BUSY_TIMEOUT_MS,
    stream: () => answeringSocket(answerMs),
  },
});

/** A socket that fails when the network swallows what is sent, so that nobody waits for an answer for ever. */
function answeringSocket(answerMs: number): Socket {
  const socket = new Socket();
  const failed = () => new Error(`the database did not answer within ${answerMs / 1000} s`);
  return socket.setTimeout(answerMs, () => socket.destroy(failed()));
}
