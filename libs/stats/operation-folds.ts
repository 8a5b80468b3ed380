import type { OperationInterval } from '#libs/contract/interval.js';
import type { OperationSummary } from '#libs/contract/summary.js';
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

  /** By operation in alphabetical order, and `total`. */
  summaries(durationMs: number): Record<string, OperationSummary> {
    const total = new OperationFold();
    const summaries: Record<string, OperationSummary> = {};
    for (const [name, fold] of [...this.operations].sort(([a], [b]) => (a < b ? -1 : 1))) {
      summaries[name] = fold.summary(durationMs);
      total.merge(fold);
    }
    summaries['total'] = total.summary(durationMs);
    total.destroy();
    return summaries;
  }

  destroy(): void {
    for (const fold of this.operations.values()) fold.destroy();
  }
}
