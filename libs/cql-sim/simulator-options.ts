import type { Clock } from '#libs/load/clock.js';
import type { FaultScriptInput } from './faults/fault-script.js';
import type { Personality } from './system/system-ddl.js';

export interface SimulatorOptions {
  /** Node i listens on the i-th address after `address`. Default 1. */
  nodes?: number;
  /** The same on every address; 0 picks a free one. Default 0. */
  port?: number;
  /** Address of the first node; a loopback IPv4 address. Default 127.0.0.1. */
  address?: string;
  personality?: Personality;
  /** `storage`: reads return what was written. `null`: every EXECUTE, and every BATCH that begins with a prepared statement, gets a ready-made answer. Default storage. */
  mode?: 'storage' | 'null';
  /** Clients must log in with this name and password. */
  auth?: { user: string; password: string };
  /** PEM texts; clients must connect by TLS. */
  tls?: { key: string; cert: string };
  /** Bound of what is stored, objects included. Default 256 MiB. */
  maxBytes?: number;
  /** Faults from the start on; see `Simulator.apply`. */
  script?: FaultScriptInput;
  dataCenter?: string;
  /** Tokens of each node. Default 16. */
  tokensPerNode?: number;
  /** Shards of each node of the scylla personality. Default 2. */
  shards?: number;
  /** Scylla's shard-aware port (`source port % shards` picks the shard). 0, the default, picks one; null: there is none. */
  shardAwarePort?: number | null;
  /** What is wrong with that port although it is advertised: nobody listens, or a NAT changes the source port. */
  shardAwareTrouble?: 'unreachable' | 'source-port-changed';
  /** `keyspace.table` of scylla's tables that consist of tablets. Default: none. */
  tablets?: readonly string[];
  /** Each of those has 2 to this power. Default 3. */
  tabletBits?: number;
  /** Code of scylla's rate limit error, which clients have to read from SUPPORTED. Default 0xF000, as ScyllaDB. */
  rateLimitCode?: number;
  /** Default: the machine's. */
  clock?: Clock;
}

export const DEFAULT_MAX_BYTES = 256 * 1024 * 1024;
