import type { IntervalStats } from '#libs/contract/interval.js';
import type { StoredInterval } from '#libs/store/port.js';
import { IntervalFold } from './interval-fold.js';
import type { WindowStats } from './results.schema.js';

/** What an interval is called in the answer: its index, and whose measurements it holds (null: everybody's). */
export interface RowNames {
  interval: number;
  executorId: string | null;
}

/** One row per operation, and `total`. */
export function rowsOf(fold: IntervalFold, { interval, executorId }: RowNames): IntervalStats[] {
  const { startMs, durationMs: lengthMs, reading, pacing, serverGc, replication } = fold;
  return Object.entries(fold.figures()).map(([operation, { failedServiceTime: _failed, ...figures }]) => {
    return {
      interval,
      startMs: startMs ?? 0,
      lengthMs,
      operation,
      executorId,
      ...figures,
      ...(reading && { reading }),
      ...(pacing && { pacing }),
      ...(serverGc && { serverGc }),
      ...(replication && { replication }),
    };
  });
}

/** The rows of one of the run's own intervals, merged over executors. */
export function mergedRows(group: readonly StoredInterval[]): IntervalStats[] {
  const fold = new IntervalFold();
  fold.add(group);
  return rowsOf(fold, { interval: group[0]?.interval ?? 0, executorId: null });
}

/** The figures of a window; rates are over the time from the first interval's start to the last one's end. */
export function windowStats(fold: IntervalFold, intervals: number): WindowStats {
  const { startMs, endMs } = fold;
  const operations = fold.figures();
  return { fromMs: startMs, toMs: endMs === null ? null : Math.round(endMs), intervals, operations };
}
