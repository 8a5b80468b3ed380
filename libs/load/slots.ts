/** State of the operations in flight, by slot: arrays, so that an operation costs no object. */
export class Slots {
  readonly dueNs: Float64Array;
  readonly startNs: Float64Array;
  readonly seed: Float64Array;
  readonly operation: Uint8Array;
  readonly attempts: Uint8Array;
  busyCount = 0;
  private readonly busy: Uint8Array;
  /** Free slots, a stack: the slot that was freed last is warm in the caches. */
  private readonly free: Int32Array;
  private freeCount: number;

  constructor(count: number) {
    this.dueNs = new Float64Array(count);
    this.startNs = new Float64Array(count);
    this.seed = new Float64Array(count);
    this.operation = new Uint8Array(count);
    this.attempts = new Uint8Array(count);
    this.busy = new Uint8Array(count);
    this.free = Int32Array.from({ length: count }, (_, slot) => count - 1 - slot);
    this.freeCount = count;
  }

  get hasFree(): boolean {
    return this.freeCount > 0;
  }

  isBusy(slot: number): boolean {
    return this.busy[slot] === 1;
  }

  /** A free slot, now busy; only after `hasFree`. */
  acquire(): number {
    const slot = this.free[--this.freeCount] ?? 0;
    this.busy[slot] = 1;
    this.busyCount++;
    this.attempts[slot] = 0;
    return slot;
  }

  release(slot: number): void {
    this.busy[slot] = 0;
    this.busyCount--;
    this.free[this.freeCount++] = slot;
  }
}
