import { createServer, type Server, type Socket } from 'node:net';
import { PGlite } from '@electric-sql/pglite';

/** The codes in place of a protocol version: a wish for TLS or GSS encryption, and a cancel. */
const SSL_REQUEST = 80_877_103;
const GSS_REQUEST = 80_877_104;
const CANCEL_REQUEST = 80_877_102;
const LENGTH_BYTES = 4;
const QUERY = 0x51;
const SYNC = 0x53;
const TERMINATE = 0x58;
const READY_FOR_QUERY = 0x5a;
const IDLE = 0x49;

const message = (type: string, body: Buffer): Buffer => {
  const head = Buffer.alloc(1 + LENGTH_BYTES);
  head.write(type, 0, 'latin1');
  head.writeInt32BE(LENGTH_BYTES + body.length, 1);
  return Buffer.concat([head, body]);
};

const parameter = (name: string, value: string): Buffer => message('S', Buffer.from(`${name}\0${value}\0`));

/** What a server says once it knows who is there: anybody may come in. */
const WELCOME = Buffer.concat([
  message('R', Buffer.alloc(4)),
  parameter('server_version', '18.0'),
  parameter('client_encoding', 'UTF8'),
  parameter('standard_conforming_strings', 'on'),
  parameter('DateStyle', 'ISO, MDY'),
  message('K', Buffer.alloc(8)),
  message('Z', Buffer.from('I')),
]);

/** Questions of several connections to the one session of an embedded PostgreSQL: a transaction is not interrupted. */
class OneSession {
  private owner: Socket | undefined;
  private waiting: { socket: Socket; request: Buffer }[] = [];
  private isBusy = false;

  constructor(private readonly database: PGlite) {}

  ask(socket: Socket, request: Buffer): void {
    this.waiting.push({ socket, request });
    void this.work();
  }

  /** A connection is gone: what it asked is dropped, its transaction rolled back. */
  leave(socket: Socket): void {
    this.waiting = this.waiting.filter((each) => each.socket !== socket);
    if (this.owner !== socket) return;
    this.waiting.unshift({ socket, request: message('Q', Buffer.from('ROLLBACK\0')) });
    void this.work();
  }

  private async work(): Promise<void> {
    if (this.isBusy) return;
    this.isBusy = true;
    for (;;) {
      const at = this.waiting.findIndex(({ socket }) => this.owner === undefined || socket === this.owner);
      const [next] = at < 0 ? [] : this.waiting.splice(at, 1);
      if (next === undefined) break;
      const answer = await this.database.execProtocolRaw(next.request);
      // The last message says whether a transaction is open.
      const isOpen = answer.at(-6) === READY_FOR_QUERY && answer.at(-1) !== IDLE;
      this.owner = isOpen ? next.socket : undefined;
      if (next.socket.writable) next.socket.write(answer);
    }
    this.isBusy = false;
  }
}

/** Cuts what a client sends into requests that are answered as one: up to a Query or a Sync. */
function serve(socket: Socket, session: OneSession): void {
  let held = Buffer.alloc(0);
  let whole: Buffer[] = [];
  let isWelcome = false;
  socket.setNoDelay(true);
  socket.on('error', () => socket.destroy());
  socket.on('close', () => session.leave(socket));
  const startup = (): boolean => {
    if (held.length < 2 * LENGTH_BYTES || held.length < held.readInt32BE(0)) return false;
    const length = held.readInt32BE(0);
    const code = held.readInt32BE(LENGTH_BYTES);
    held = held.subarray(length);
    if (code === CANCEL_REQUEST) socket.end();
    else if (code === SSL_REQUEST || code === GSS_REQUEST) socket.write('N');
    else {
      isWelcome = true;
      socket.write(WELCOME);
    }
    return true;
  };
  const request = (): boolean => {
    if (held.length < 1 + LENGTH_BYTES || held.length < 1 + held.readInt32BE(1)) return false;
    const one = held.subarray(0, 1 + held.readInt32BE(1));
    held = held.subarray(one.length);
    if (one[0] === TERMINATE) {
      socket.end();
      return true;
    }
    whole.push(one);
    if (one[0] !== QUERY && one[0] !== SYNC) return true;
    session.ask(socket, Buffer.concat(whole));
    whole = [];
    return true;
  };
  socket.on('data', (bytes) => {
    held = held.length === 0 ? bytes : Buffer.concat([held, bytes]);
    while (isWelcome ? request() : startup());
  });
}

/** A PostgreSQL of this process, in memory, which clients reach as any other: by its protocol, on loopback. */
export interface EmbeddedPostgres {
  port: number;
  close(): Promise<void>;
}

/** Makes an empty database and listens on a free port of 127.0.0.1. */
export async function startEmbeddedPostgres(): Promise<EmbeddedPostgres> {
  const database = await PGlite.create();
  const session = new OneSession(database);
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    serve(socket, session);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
      await database.close();
    },
  };
}
