import type { StorageBudget } from './budget.js';
import type { Bytes } from './bytes.js';
import { tokenOf } from './murmur3.js';
import { PARTITION_OVERHEAD_BYTES, Partition } from './partition.js';
import { ROW_OVERHEAD_BYTES, type Row } from './row.js';

export interface TokenKey {
  token: bigint;
  key: Bytes;
}

const byToken = (left: TokenKey, right: TokenKey): number =>
  left.token < right.token
    ? -1
    : left.token > right.token
      ? 1
      : left.key < right.key
        ? -1
        : left.key > right.key
          ? 1
          : 0;

/** The partitions of one table. */
export class TableData {
  private readonly partitions = new Map<Bytes, Partition>();
  /** Keys in token order, made by the first scan; keys written since then wait in `unsorted`. */
  private sorted: TokenKey[] | null = null;
  private unsorted: Bytes[] = [];

  constructor(readonly budget: StorageBudget) {}

  get partitionCount(): number {
    return this.partitions.size;
  }

  get(key: Bytes): Partition | undefined {
    return this.partitions.get(key);
  }

  obtain(key: Bytes): Partition {
    const found = this.partitions.get(key);
    if (found) return found;
    const partition = new Partition(key);
    this.partitions.set(key, partition);
    this.budget.add(key.length + PARTITION_OVERHEAD_BYTES);
    if (this.sorted) this.unsorted.push(key);
    return partition;
  }

  /** Refuses a write of so many bytes that would not fit, counting what it replaces. */
  requireRoom(bytes: number, replaced: Row | undefined): void {
    if (this.budget.usedBytes + bytes <= this.budget.maxBytes) return;
    this.budget.require(replaced ? bytes - replaced.sizeBytes() - ROW_OVERHEAD_BYTES : bytes);
  }

  clear(): void {
    for (const partition of this.partitions.values()) this.budget.add(-partition.sizeBytes());
    this.partitions.clear();
    this.sorted = null;
    this.unsorted = [];
  }

  /** All keys in token order. The array stays as it is for as long as the caller holds it. */
  keysByToken(): readonly TokenKey[] {
    if (this.sorted && this.unsorted.length === 0) return this.sorted;
    const fresh = this.sorted ? this.unsorted : [...this.partitions.keys()];
    const added = fresh.map((key) => ({ token: tokenOf(key), key })).sort(byToken);
    this.sorted = this.sorted ? merge(this.sorted, added) : added;
    this.unsorted = [];
    return this.sorted;
  }
}

function merge(left: readonly TokenKey[], right: readonly TokenKey[]): TokenKey[] {
  const merged: TokenKey[] = [];
  let r = 0;
  for (const item of left) {
    for (let next = right[r]; next && byToken(next, item) < 0; next = right[++r]) merged.push(next);
    merged.push(item);
  }
  return merged.concat(right.slice(r));
}
