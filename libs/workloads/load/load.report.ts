import type { LoadReport, LoadVerification } from './load.schema.js';

const SUMS = ['read', 'written', 'rejected', 'failed', 'resumedRows'] as const;

/** One report of what several executors have loaded; undefined for none. */
export function joinLoaded(reports: readonly LoadReport[]): LoadReport | undefined {
  const [first] = reports;
  if (first === undefined) return undefined;
  const files = reports.flatMap((report) => report.files).toSorted((left, right) => (left.name < right.name ? -1 : 1));
  const verifications = reports.flatMap(({ verification }) => verification ?? []);
  return totalled({
    ...first,
    files,
    ...(verifications.length > 0 && { verification: joinVerified(verifications) }),
  });
}

/** The report with the sums of its files. */
export function totalled(report: LoadReport): LoadReport {
  const sums = { ...report };
  for (const name of SUMS) sums[name] = report.files.reduce((sum, file) => sum + file[name], 0);
  return sums;
}

const joinVerified = (all: readonly LoadVerification[]): LoadVerification => ({
  checked: all.reduce((sum, { checked }) => sum + checked, 0),
  same: all.reduce((sum, { same }) => sum + same, 0),
  missing: all.reduce((sum, { missing }) => sum + missing, 0),
  different: all.reduce((sum, { different }) => sum + different, 0),
  unanswered: all.reduce((sum, { unanswered }) => sum + unanswered, 0),
  complete: all.every(({ complete }) => complete),
});
