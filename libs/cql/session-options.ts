import type tls from 'node:tls';
import type { Compression } from './frame-codec.js';
import type { Credentials } from './handshake.js';
import type { HotHandler } from './hot-handler.js';

/** What a session is opened with; every time in milliseconds. */
export interface SessionOptions {
  /** Tried in turn until one answers. */
  contactPoints: readonly { host: string; port: number }[];
  /** Only nodes of this datacenter are used, when given. */
  localDatacenter?: string | undefined;
  /** Replicas in this rack are asked before others. */
  localRack?: string | undefined;
  /** True: nodes that are no contact points are left alone. */
  onlyContactPoints?: boolean | undefined;
  credentials?: Credentials | undefined;
  tls?: tls.ConnectionOptions | undefined;
  /** Of frames; the server has to offer it. */
  compression?: Compression | undefined;
  connectTimeoutMs: number;
  requestTimeoutMs: number;
  controlTimeoutMs: number;
  /** A connection on which nothing came for so long is asked for a sign of life. Default 30 s. */
  heartbeatMs?: number | undefined;
  /** To each node; shared out evenly over its shards, one each at least, where it shows them and `shardAware` is set. */
  connectionsPerNode: number;
  /** Go straight to the shard that holds the key, and count what each shard answers. */
  shardAware: boolean;
  inFlightPerConnection: number;
  /** A clock for the service times of shards, nanoseconds. */
  nowNs: () => number;
  handler: HotHandler;
  log: (level: 'info' | 'warn', message: string) => void;
}
