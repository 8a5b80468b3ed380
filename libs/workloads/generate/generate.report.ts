import { countsOf, sizeReport } from '#libs/dataset/size-report.js';
import type { GenerateReport } from './generate.schema.js';

const SUMS = ['files', 'keptFiles', 'rows', 'keptRows', 'dataBytes', 'storedBytes'] as const;

/** One report of what several executors have made of one dataset; undefined for none. */
export function joinGenerated(reports: readonly GenerateReport[]): GenerateReport | undefined {
  const [first] = reports;
  if (first === undefined) return undefined;
  const joined = { ...first };
  for (const name of SUMS) joined[name] = reports.reduce((sum, report) => sum + report[name], 0);
  const bins = first.sizes.bins.map(({ fromBytes, toBytes, askedShare }) => ({
    fromBytes,
    toBytes,
    share: askedShare,
  }));
  joined.sizes = sizeReport(
    bins,
    reports.map(({ sizes }) => countsOf(sizes)),
  );
  const datasetId = reports.find((report) => report.datasetId !== undefined)?.datasetId;
  return { ...joined, ...(datasetId !== undefined && { datasetId }) };
}
