import type { ThreadSearch } from '#libs/stress/thread-search.js';
import { HEADER } from '#libs/stress/stress-text.js';
import { isImproving, meanImprovement, nextThreads } from '#libs/stress/thread-search.js';
import type { Clock } from '#libs/load/clock.js';
import type { StoredStressSpec } from '#libs/workloads/stress/stress.schema.js';

/** So that the target writes to disk what it still holds in memory. */
const PAUSE_MS = 15_000;

/** What one run of the search answers. */
export interface SearchStep {
  success: boolean;
  opRate: number;
  /** The whole run as rows of the interval table. */
  rows: readonly string[];
}

export interface Search {
  spec: StoredStressSpec;
  limits: ThreadSearch;
  /** Whether the runs change data. */
  writes: boolean;
  line: (text: string) => void;
  run: (threads: number) => Promise<SearchStep>;
  clock: Pick<Clock, 'sleep'>;
  signal: AbortSignal;
}

const isOver = ({ signal }: Search): boolean => signal.aborted;

/**
 * Runs with more and more threads until more of them do not help, prints what each brought and one table of all. False when
 * a run failed or was stopped; then there is no table.
 */
export async function searchThreads(search: Search): Promise<boolean> {
  const { spec, limits, writes, line, run, clock, signal } = search;
  const relativeError = spec.stop.type === 'uncertainty' ? spec.stop.relativeError : -1;
  if (relativeError >= 0)
    line(
      'WARNING: uncertainty mode (err<) results in uneven workload between thread runs, so should be used for high level analysis only',
    );
  const done: { threads: number; rows: readonly string[] }[] = [];
  const rates: number[] = [];
  for (let threads = limits.minThreads; threads <= limits.maxThreads; threads = nextThreads(threads)) {
    const before = done.at(-1)?.threads;
    if (before !== undefined && writes) {
      line('Sleeping for 15s');
      await clock.sleep(PAUSE_MS, signal);
      if (isOver(search)) return false;
    }
    line('');
    line(`Running with ${threads} threadCount`);
    const step = await run(threads);
    if (!step.success) return false;
    done.push({ threads, rows: step.rows });
    rates.push(step.opRate);
    if (before !== undefined)
      line(`Improvement over ${before} threadCount: ${(100 * meanImprovement(rates, 1)).toFixed(0)}%`);
    if (!isImproving(rates, relativeError)) break;
  }
  const names = done.map(({ threads }) => `${threads} threadCount`);
  const width = Math.max(...names.map((name) => name.length));
  line(`${'id'.padStart(width)}, ${HEADER}`);
  for (const [index, { rows }] of done.entries())
    for (const row of rows) line(`${(names[index] ?? '').padStart(width)}, ${row}`);
  return true;
}
