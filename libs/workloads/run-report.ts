import type { RunReport } from '#libs/contract/summary.js';
import { joinCdc } from './cdc/cdc.report.js';
import { joinGenerated } from './generate/generate.report.js';
import { joinLoaded } from './load/load.report.js';
import { joinQueried } from './query/query.report.js';
import { joinSoaked } from './soak/soak.report.js';
import { joinZookeeper } from './zookeeper/zookeeper.report.js';

type Kind = RunReport['kind'];
type ReportOf<K extends Kind> = Extract<RunReport, { kind: K }>;

const isOf =
  <K extends Kind>(kind: K) =>
  (report: RunReport): report is ReportOf<K> =>
    report.kind === kind;

const JOINS: { [K in Kind]: (reports: readonly RunReport[]) => ReportOf<K> | undefined } = {
  generate: (reports) => joinGenerated(reports.filter(isOf('generate'))),
  load: (reports) => joinLoaded(reports.filter(isOf('load'))),
  query: (reports) => joinQueried(reports.filter(isOf('query'))),
  zookeeper: (reports) => joinZookeeper(reports.filter(isOf('zookeeper'))),
  soak: (reports) => joinSoaked(reports.filter(isOf('soak'))),
  cdc: (reports) => joinCdc(reports.filter(isOf('cdc'))),
  // Made of the runs that they consist of, not of shards.
  suite: (reports) => reports.find(isOf('suite')),
  search: (reports) => reports.find(isOf('search')),
};

/** One report from those of the shards, which are all of one kind; undefined when there are none. */
export const joinReports = (reports: readonly RunReport[]): RunReport | undefined => {
  const [first] = reports;
  return first && JOINS[first.kind](reports);
};
