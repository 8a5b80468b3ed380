import type { Probed, SearchReport } from '#libs/workloads/search/search.schema.js';
import type { SuiteReport, SuiteStepReport } from '#libs/workloads/suite/suite.schema.js';

type Cell = string | number | null;

const STEP_COLUMNS = [
  'step',
  'phase',
  'kind',
  'status',
  'reason',
  'runId',
  'verdict',
  'validity',
  'startedAtMs',
  'endedAtMs',
  'operations',
  'ratePerSecond',
  'p50Ms',
  'p99Ms',
  'failed',
] as const satisfies readonly (keyof SuiteStepReport)[];

const PROBE_COLUMNS = [
  'probe',
  'runId',
  'ratePerSecond',
  'achievedPerSecond',
  'outcome',
  'limitedBy',
  'reason',
  'meanMs',
  'p50Ms',
  'p95Ms',
  'p99Ms',
  'p999Ms',
  'maxMs',
  'failed',
  'dropped',
  'startedAtMs',
  'endedAtMs',
] as const satisfies readonly (keyof Probed)[];

/** Steps or probes as records for other programs, in the order in which they were made. */
export const parentRecords = (report: SuiteReport | SearchReport): { header: string[]; rows: Cell[][] } =>
  report.kind === 'suite'
    ? { header: [...STEP_COLUMNS], rows: report.steps.map((step) => STEP_COLUMNS.map((name) => step[name])) }
    : { header: [...PROBE_COLUMNS], rows: report.probes.map((probe) => PROBE_COLUMNS.map((name) => probe[name])) };
