import type { LoadReport } from './load.schema.js';

const SUMS = ['read', 'written', 'rejected', 'failed', 'resumedRows'] as const;

/** One report of what several executors have loaded; undefined for none. */
export function joinLoaded(reports: readonly LoadReport[]): LoadReport | undefined {
  const [first] = reports;
  if (first === undefined) return undefined;
  const files = reports.flatMap((report) => report.files).toSorted((left, right) => (left.name < right.name ? -1 : 1));
  return totalled({ ...first, files });
}

/** The report with the sums of its files. */
export function totalled(report: LoadReport): LoadReport {
  const sums = { ...report };
  for (const name of SUMS) sums[name] = report.files.reduce((sum, file) => sum + file[name], 0);
  return sums;
}
