import type { OperationInterval } from '#libs/contract/interval.js';
import type { OperationSummary } from '#libs/contract/summary.js';
import { countsOf, countsWithTotal, OperationCounts, TOTAL } from './operation-counts.js';

/** Folds intervals by operation. */
export class OperationFolds {
  private readonly operations = new Map<string, OperationCounts>();

  add(operations: Readonly<Record<string, OperationInterval>>): void {
    for (const [name, operation] of Object.entries(operations)) countsOf(this.operations, name).add(operation);
  }

  /** By operation in alphabetical order, and `total`, which is there also when nothing was added. */
  whole(): Map<string, OperationCounts> {
    const whole = countsWithTotal(this.operations);
    return whole.size === 0 ? new Map([[TOTAL, new OperationCounts()]]) : whole;
  }
}

/** Figures of each, over `durationMs`. */
export function summariesOf(
  operations: ReadonlyMap<string, OperationCounts>,
  durationMs: number,
): Record<string, OperationSummary> {
  // Reading percentiles is dear, and the total of one operation is that operation.
  const known = new Map<OperationCounts, OperationSummary>();
  return Object.fromEntries(
    [...operations].map(([name, counts]) => {
      const summary = known.get(counts) ?? counts.summary(durationMs);
      known.set(counts, summary);
      return [name, summary];
    }),
  );
}
