interface Held<T> {
  dueMs: number;
  sequence: number;
  item: T;
}

/** What leaves later: a heap by due time; what is due at the same time leaves in the order in which it came. */
export class DelayQueue<T> {
  private readonly heap: Held<T>[] = [];
  private sequence = 0;

  get size(): number {
    return this.heap.length;
  }

  /** Due time of the first, or Infinity. */
  get nextDueMs(): number {
    return this.heap[0]?.dueMs ?? Number.POSITIVE_INFINITY;
  }

  private before(left: number, right: number): boolean {
    const [a, b] = [this.heap[left], this.heap[right]];
    if (!a || !b) return false;
    return a.dueMs < b.dueMs || (a.dueMs === b.dueMs && a.sequence < b.sequence);
  }

  private swap(left: number, right: number): void {
    const [a, b] = [this.heap[left], this.heap[right]];
    if (!a || !b) return;
    this.heap[left] = b;
    this.heap[right] = a;
  }

  push(dueMs: number, item: T): void {
    this.heap.push({ dueMs, sequence: this.sequence++, item });
    for (let at = this.heap.length - 1; at > 0;) {
      const parent = (at - 1) >> 1;
      if (!this.before(at, parent)) break;
      this.swap(at, parent);
      at = parent;
    }
  }

  /** Takes the first item that is due at `nowMs`, or undefined. */
  popDue(nowMs: number): T | undefined {
    const first = this.heap[0];
    if (!first || first.dueMs > nowMs) return undefined;
    const last = this.heap.pop();
    if (last && this.heap.length > 0) {
      this.heap[0] = last;
      this.sink();
    }
    return first.item;
  }

  private sink(): void {
    for (let at = 0; ;) {
      const left = 2 * at + 1;
      const child = this.before(left + 1, left) ? left + 1 : left;
      if (!this.before(child, at)) return;
      this.swap(child, at);
      at = child;
    }
  }
}
