import type { WorkloadKind } from '#libs/contract/run.js';
import type { RunReport } from '#libs/contract/summary.js';
import { joinGenerated } from './generate/generate.report.js';
import { joinQueried } from './query/query.report.js';

type ReportOf<K extends WorkloadKind> = Extract<RunReport, { kind: K }>;

const JOINS: { [K in RunReport['kind']]: (reports: readonly ReportOf<K>[]) => ReportOf<K> | undefined } = {
  generate: joinGenerated,
  query: joinQueried,
};

/** Those of one kind are all of that kind; only the compiler cannot see that. */
const join = <K extends RunReport['kind']>(kind: K, reports: readonly RunReport[]): RunReport | undefined =>
  JOINS[kind](reports.filter((report): report is ReportOf<K> => report.kind === kind));

/** One report from those of the shards, which are all of one kind; undefined when there are none. */
export const joinReports = (reports: readonly RunReport[]): RunReport | undefined => {
  const [first] = reports;
  return first && join(first.kind, reports);
};
