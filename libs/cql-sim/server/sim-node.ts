import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { ClientConnection } from './client-connection.js';
import type { Cluster, Member } from './cluster.js';
import { DEFAULT_SHARDS } from './locality.js';
import { Statements } from './statements.js';

/** One node: its listeners and its clients. */
export class SimNode {
  readonly statements: Statements;
  readonly connections = new Set<ClientConnection>();
  private servers: Server[] = [];
  private accepted = 0;

  constructor(
    private readonly cluster: Cluster,
    readonly member: Member,
  ) {
    this.statements = new Statements(cluster, member);
  }

  private accept(socket: Socket, isShardAware: boolean): void {
    const { shards = DEFAULT_SHARDS, shardAwareTrouble } = this.cluster.options;
    const shift = shardAwareTrouble === 'source-port-changed' ? 1 : 0;
    const shard = (isShardAware ? (socket.remotePort ?? 0) + shift : this.accepted++) % shards;
    const connection = new ClientConnection(socket, this.cluster, this.member, this.statements, shard);
    this.connections.add(connection);
    this.cluster.counters.connections++;
    socket.on('close', () => {
      if (this.connections.delete(connection)) this.cluster.counters.connections--;
    });
  }

  private async open(port: number, isShardAware: boolean): Promise<number> {
    const { tls } = this.cluster.options;
    const accept = (socket: Socket): void => this.accept(socket, isShardAware);
    const server = tls ? createTlsServer(tls, accept) : createServer(accept);
    // A client that does not speak TLS is its own trouble.
    server.on('tlsClientError', () => undefined);
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, this.member.address, resolve);
    });
    this.servers.push(server);
    const address = server.address();
    return typeof address === 'object' && address ? address.port : port;
  }

  /** Listens; gives the port. */
  async listen(port: number): Promise<number> {
    const served = await this.open(port, false);
    this.member.port = served;
    return served;
  }

  /** Serves the shard-aware port too, where the personality has one; after the first time on the same port again. */
  async listenShardAware(): Promise<void> {
    const { personality, options } = this.cluster;
    const { shardAwarePort = 0, shardAwareTrouble } = options;
    if (personality !== 'scylla' || shardAwarePort === null) return;
    this.member.shardAwarePort = await this.open(this.member.shardAwarePort ?? shardAwarePort, true);
    if (shardAwareTrouble === 'unreachable') this.servers.pop()?.close();
  }

  /** Closes the listeners and cuts every client off. */
  async close(): Promise<void> {
    const closing = this.servers.map((server) => new Promise((resolve) => server.close(resolve)));
    this.servers = [];
    this.disconnect();
    await Promise.all(closing);
  }

  disconnect(): void {
    for (const connection of this.connections) connection.destroy();
  }
}
