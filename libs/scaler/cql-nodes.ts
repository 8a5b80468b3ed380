import { WireSession } from '#libs/cql/session.js';
import type { SessionOptions } from '#libs/cql/session-options.js';
import type { CountNodes } from './hook/hook-resizer.js';

/** Counts the nodes that a cluster tells of, and those of them that take a connection. Throws CodedError TARGET_*. */
export const countNodesBy =
  (options: SessionOptions): CountNodes =>
  async () => {
    const session = await WireSession.connect({ ...options, connectionsPerNode: 1, shardAware: false });
    try {
      return { nodes: session.nodes.length, up: session.upNodes };
    } finally {
      await session.close();
    }
  };
