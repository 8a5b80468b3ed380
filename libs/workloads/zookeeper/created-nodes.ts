import type { PathBytes } from '#libs/zk/hot-client.js';

/** More are left to the end of their session. */
const MOST = 4096;

interface Kept extends PathBytes {
  readonly bytes: Buffer;
}

/** Paths of what one client has created and not deleted, first in, first out. Their records are used again. */
export class CreatedNodes {
  private readonly ring: (Kept | undefined)[] = [];
  private readonly spare: Kept[] = [];
  private head = 0;
  count = 0;

  /** Takes the path of a create's answer: `start`..`end` bound it with its length, as a request carries it. */
  add(buffer: Buffer, start: number, end: number): void {
    if (this.count === MOST) return;
    const bytes = end - start;
    let kept = this.spare.pop();
    if (kept?.bytes.length !== bytes) kept = { bytes: Buffer.allocUnsafeSlow(bytes), text: '' };
    buffer.copy(kept.bytes, 0, start, end);
    this.ring[(this.head + this.count) % MOST] = kept;
    this.count++;
  }

  /** The oldest; undefined when there is none. It is used again once `sent` is called. */
  take(): Kept | undefined {
    if (this.count === 0) return undefined;
    const kept = this.ring[this.head];
    this.head = (this.head + 1) % MOST;
    this.count--;
    return kept;
  }

  /** The request that carries it has been written. */
  sent(kept: Kept): void {
    if (this.spare.length < MOST) this.spare.push(kept);
  }

  /** They went with their session. */
  forget(): void {
    this.count = 0;
  }
}
