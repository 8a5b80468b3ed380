import type { QueryReport } from './query.schema.js';

const SUMS = [
  'files',
  'rowsRead',
  'skippedRows',
  'badRowCount',
  'submitted',
  'ok',
  'timeouts',
  'errors',
  'missing',
  'different',
  'notSubmitted',
] as const;
/** More would only repeat the reasons. */
export const SHOWN_BAD_ROWS = 100;

/** One report of what several workers or executors have found; undefined for none. */
export function joinQueried(reports: readonly QueryReport[]): QueryReport | undefined {
  const [first] = reports;
  if (first === undefined) return undefined;
  const joined = { ...first };
  for (const name of SUMS) joined[name] = reports.reduce((sum, report) => sum + report[name], 0);
  joined.queueDepthMax = Math.max(...reports.map((report) => report.queueDepthMax));
  joined.badRows = reports.flatMap((report) => report.badRows).slice(0, SHOWN_BAD_ROWS);
  joined.assignments = reports
    .flatMap((report) => report.assignments)
    .toSorted((one, other) => one.worker - other.worker);
  return joined;
}
