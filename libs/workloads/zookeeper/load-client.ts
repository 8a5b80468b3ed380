import type { ZkClient } from '#libs/zk/client.js';
import type { HotClient, PathBytes } from '#libs/zk/hot-client.js';
import type { Session } from '#libs/zk/session.js';
import type { CreatedNodes } from './created-nodes.js';

/** One session of a lane and what it works on. */
export interface LoadClient {
  /** In its lane. */
  readonly index: number;
  readonly session: Session;
  readonly hot: HotClient;
  /** For what is no hot operation. */
  readonly control: ZkClient;
  /** Its own znode, and one that nobody makes. */
  readonly node: PathBytes;
  readonly absent: PathBytes;
  /** Beginning of the names of its ephemeral znodes. */
  readonly ephemeral: PathBytes;
  /** Paths that nobody makes, to be watched by turns. */
  readonly many: readonly PathBytes[];
  readonly created: CreatedNodes;
  /** Written since the last flush. */
  dirty: boolean;
}
