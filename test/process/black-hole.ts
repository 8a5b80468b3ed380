import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

/** A wire between clients and one address: while it is cut it drops what either side sends, and closes nothing. */
export class Wire {
  /** Connections that were opened through it. */
  opened = 0;
  private isCut = false;
  private readonly sockets = new Set<Socket>();

  private constructor(
    private readonly server: Server,
    readonly port: number,
  ) {}

  /** Listens on `host` and forwards to `port` of the same host. */
  static async open(host: string, port: number, listenAt = 0): Promise<Wire> {
    const server = createServer().listen(listenAt, host);
    await once(server, 'listening');
    const address = server.address();
    const wire = new Wire(server, typeof address === 'object' && address !== null ? address.port : 0);
    server.on('connection', (client) => wire.join(client, connect(port, host)));
    return wire;
  }

  cut(): void {
    this.isCut = true;
  }

  mend(): void {
    this.isCut = false;
  }

  close(): void {
    this.server.close();
    for (const socket of this.sockets) socket.destroy();
  }

  private join(client: Socket, server: Socket): void {
    this.opened++;
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      this.sockets.add(from);
      // What is dropped once is gone: a connection that lost a part of a frame is of no use after the wire is mended.
      let isDead = false;
      from.on('data', (bytes: Buffer) => {
        isDead ||= this.isCut;
        if (!isDead) to.write(bytes);
      });
      from.on('error', () => undefined);
      from.on('close', () => {
        this.sockets.delete(from);
        if (!this.isCut) to.destroy();
      });
    }
  }
}
