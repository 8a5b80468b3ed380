import type { OperationInterval } from '#libs/contract/interval.js';
import type { OperationSummary } from '#libs/contract/summary.js';
import { isBesideLoad } from './beside-load.js';
import { OperationFold } from './operation-fold.js';

/** Folds intervals by operation. */
export class OperationFolds {
  private readonly operations = new Map<string, OperationFold>();

  add(operations: Readonly<Record<string, OperationInterval>>): void {
    for (const [name, operation] of Object.entries(operations)) {
      const fold = this.operations.get(name) ?? new OperationFold();
      this.operations.set(name, fold);
      fold.add(operation);
    }
  }

  /** By operation in alphabetical order, and `total`, which is the caller's to destroy. */
  whole(): Map<string, OperationFold> {
    const total = new OperationFold();
    const sorted = this.sorted();
    for (const [name, fold] of sorted) if (!isBesideLoad(name)) total.merge(fold);
    return new Map([...sorted, ['total', total]]);
  }

  /** By operation in alphabetical order, and `total`: the same object where there is one operation. */
  summaries(durationMs: number): Record<string, OperationSummary> {
    const counted = [...this.operations.keys()].filter((name) => !isBesideLoad(name));
    const [only] = counted.length === 1 ? counted : [];
    const folds = only === undefined ? this.whole() : this.sorted();
    const summaries = Object.fromEntries([...folds].map(([name, fold]) => [name, fold.summary(durationMs)]));
    const single = only === undefined ? undefined : summaries[only];
    // Reading percentiles is dear.
    if (single !== undefined) return { ...summaries, total: single };
    folds.get('total')?.destroy();
    return summaries;
  }

  destroy(): void {
    for (const fold of this.operations.values()) fold.destroy();
  }

  private sorted(): Map<string, OperationFold> {
    return new Map([...this.operations].sort(([a], [b]) => (a < b ? -1 : 1)));
  }
}
