import type { Connection, Run } from '../connection.js';
import type { Interval } from './interval-series.js';

/** More points than this nobody can tell apart on a screen. */
export const MOST_POINTS = 900;

const PAGE_ROWS = 10_000;

/** The run's own interval, ms; null for a kind that measures none. */
export function intervalMsOf({ spec }: Pick<Run, 'spec'>): number | null {
  if (!('log' in spec) || spec.log === undefined) return null;
  return spec.log.intervalMs ?? null;
}

/** How many of the run's own intervals are merged into one, so that all of it fits. */
export const factorFor = (lastedMs: number, intervalMs: number): number =>
  Math.max(1, Math.ceil(lastedMs / intervalMs / MOST_POINTS));

/**
 * The intervals of a run so far, merged `factor` by `factor`. Throws ApiProblem.
 */
export async function loadHistory(
  connection: Connection,
  run: Run,
  factor: number,
  signal: AbortSignal,
): Promise<Interval[]> {
  const intervalMs = intervalMsOf(run);
  if (intervalMs === null) return [];
  const rows: Interval[] = [];
  let cursor: string | null = null;
  do {
    const query = { resolution: `${intervalMs * factor}ms`, limit: PAGE_ROWS, ...(cursor === null ? {} : { cursor }) };
    const page: { items: Interval[]; nextCursor: string | null } = await connection.ask(
      connection.client.GET('/v1/runs/{id}/intervals', { params: { path: { id: run.id }, query }, signal }),
    );
    rows.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor !== null);
  return rows;
}
