import type { WorkloadKind } from '#libs/contract/run.js';
import type { RunReport } from '#libs/contract/summary.js';
import { joinGenerated } from './generate/generate.report.js';

type ReportOf<K extends WorkloadKind> = Extract<RunReport, { kind: K }>;

const JOINS: { [K in RunReport['kind']]: (reports: readonly ReportOf<K>[]) => ReportOf<K> | undefined } = {
  generate: joinGenerated,
};

/** One report from those of the shards, which are all of one kind; undefined when there are none. */
export const joinReports = (reports: readonly RunReport[]): RunReport | undefined => {
  const [first] = reports;
  return first && JOINS[first.kind](reports);
};
