import type { StressPlanSpec } from '#libs/workloads/stress/stress.schema.js';
import type { Draft } from './draft.js';

/** A search of the best number of threads: one run after the other, each with more threads. */
export interface ThreadSearch {
  minThreads: number;
  maxThreads: number;
}

/** Where a search of the number of threads begins and ends when the line does not say it. */
export const AUTO_THREADS = { minThreads: 4, maxThreads: 1000 };

/** Whether the threads of a run are known without being said. */
export const isCounted = ({ count }: Draft, operation: StressPlanSpec['operation']): boolean =>
  operation.endsWith('write') && count !== undefined;

/** As in the original, writes of a number of operations have 200 threads, and everything else searches their number. */
export function threadSearchOf(draft: Draft, operation: StressPlanSpec['operation']): ThreadSearch | undefined {
  const { threads, fixedPerSecond, throttlePerSecond } = draft;
  const isSaid = [threads, fixedPerSecond, throttlePerSecond].some((said) => said !== undefined);
  if (draft.auto === undefined && (isSaid || isCounted(draft, operation))) return undefined;
  return { ...AUTO_THREADS, ...draft.auto };
}

/** How many runs back an improvement is looked for: the better of the two decides. */
const SHORT_LOOK = 3;
const LONG_LOOK = 5;

/** The number of threads of the next run: 100 more, from 500 a fifth more, from 1500 a tenth more. */
export function nextThreads(threads: number): number {
  if (threads < 500) return threads + 100;
  return Math.floor(threads * (threads < 1500 ? 1.2 : 1.1));
}

/** Mean relative improvement of the last `count` of these rates, each over the one before it. */
export function meanImprovement(rates: readonly number[], count: number): number {
  const last = rates.slice(-count - 1);
  const improvements = last.slice(1).map((rate, index) => (rate - (last[index] ?? 0)) / (last[index] ?? 0));
  return improvements.reduce((sum, improvement) => sum + improvement, 0) / count;
}

/**
 * Whether another run with more threads is worth while: rates (operations per second of each run so far) have grown over
 * the last three runs, and over the last five by at least `relativeError`. The rule is cassandra-stress's.
 */
export function isImproving(rates: readonly number[], relativeError: number): boolean {
  const grows = (count: number, least: number) => rates.length <= count || meanImprovement(rates, count) >= least;
  return grows(SHORT_LOOK, 0) && grows(LONG_LOOK, relativeError);
}
