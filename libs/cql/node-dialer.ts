import { connectProblem } from './connect-problem.js';
import type { ConnectionEvents, ConnectionOptions } from './connection-options.js';
import { Connection } from './connection.js';
import { useKeyspace } from './control.js';
import type { Compression } from './frame-codec.js';
import { handshake, type Credentials } from './handshake.js';
import type { HotHandler } from './hot-handler.js';
import { isPortTaken, sourcePorts } from './source-port.js';

export interface DialOptions extends Omit<ConnectionOptions, 'host' | 'port' | 'localPort'> {
  credentials: Credentials | undefined;
  controlTimeoutMs: number;
  compression?: Compression | undefined;
  /** A number in [0, 1), for jitter. */
  random: () => number;
}

/** Of a connection that was made; `closed` is told once, whoever ended it. */
export interface DialEvents extends Pick<ConnectionEvents, 'event' | 'tablet'> {
  closed(connection: Connection, cause: Error): void;
  unprepared(connection: Connection, ...what: Parameters<ConnectionEvents['unprepared']>): void;
}

/** Makes connections to one node, ready for requests. */
export class NodeDialer {
  /** New connections begin in it. */
  keyspace: string | undefined;

  constructor(
    private readonly host: string,
    private readonly options: DialOptions,
    private readonly handler: HotHandler,
    private readonly events: DialEvents,
  ) {}

  /** Connects to a port of the node. Throws CodedError. */
  async open(port: number, localPort?: number): Promise<Connection> {
    const { host, options, events } = this;
    let connection: Connection | undefined;
    try {
      const opened = await Connection.open({ ...options, host, port, localPort }, this.handler, {
        ...events,
        closed: (cause) => {
          if (connection) events.closed(connection, cause);
        },
        unprepared: (slot, template) => {
          if (connection) events.unprepared(connection, slot, template);
        },
      });
      connection = opened;
      await handshake(opened, options.credentials, options.controlTimeoutMs, options.compression);
      if (this.keyspace !== undefined) await useKeyspace(opened, this.keyspace, options.controlTimeoutMs);
      return opened;
    } catch (error) {
      connection?.destroy();
      throw connectProblem(`${host}:${port}`, error);
    }
  }

  /** Connects from a source port that leads to `shard`, as far as nobody rewrites it. Throws CodedError. */
  async openFrom(port: number, shards: number, shard: number): Promise<Connection> {
    let problem: unknown;
    for (const localPort of sourcePorts(shards, shard, this.options.random())) {
      try {
        return await this.open(port, localPort);
      } catch (error) {
        problem = error;
        if (!(error instanceof Error) || !isPortTaken(error.cause)) break;
      }
    }
    throw problem;
  }
}
