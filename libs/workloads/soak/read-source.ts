import type { Source } from '#libs/load/target.js';
import type { KeyPool } from './key-pool.js';

/** Which row is read next, and whether it is verified; allocation-free. Only asked once the pool has keys. */
export class ReadSource implements Source {
  readonly operation = 0;
  seed = 0;
  isVerified = false;
  isWaiting = false;
  private isClosed = false;

  constructor(
    private readonly pool: KeyPool,
    private readonly verifyShare: number,
    private readonly random: () => number,
  ) {}

  close(): void {
    this.isClosed = true;
  }

  next(): boolean {
    this.isWaiting = !this.isClosed;
    if (this.isClosed || this.pool.size === 0) return false;
    this.seed = this.pool.draw();
    this.isVerified = this.random() < this.verifyShare;
    return true;
  }
}
