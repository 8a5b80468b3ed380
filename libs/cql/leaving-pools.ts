import type { TargetShardCounts } from '#libs/contract/interval.js';
import type { NodePool } from './node-pool.js';

/** Connections to nodes that have left the ring: they get nothing new, and end when everything is answered. */
export class LeavingPools {
  /** Of pools that are gone. */
  readonly totals = { bytesSent: 0, bytesReceived: 0, lateAnswers: 0 };
  private pools: NodePool[] = [];
  private past: TargetShardCounts[] = [];

  add(pool: NodePool): void {
    pool.leave();
    this.pools.push(pool);
  }

  /** Those that are still waiting for answers. */
  get all(): readonly NodePool[] {
    return this.pools;
  }

  /** Ends what waits for nothing any more; called by turns. */
  sweep(): void {
    if (this.pools.length === 0) return;
    const gone = this.pools.filter((pool) => pool.closeIdle());
    for (const pool of gone) {
      pool.addTotals(this.totals);
      this.past.push(...pool.takeShards());
    }
    this.pools = this.pools.filter((pool) => !gone.includes(pool));
  }

  /** What their shards answered since the last call. */
  takeShards(): TargetShardCounts[] {
    const taken = [...this.past, ...this.pools.flatMap((pool) => pool.takeShards())];
    this.past = [];
    return taken;
  }

  close(): void {
    for (const pool of this.pools) pool.close();
  }
}
