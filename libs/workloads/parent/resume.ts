import type { SearchReport } from '../search/search.schema.js';
import type { SuiteReport } from '../suite/suite.schema.js';
import type { ChildRuns } from './child-runs.js';
import type { ParentRun } from './parent-state.js';

type Reuse = Record<string, string>;

/** A run to be made again, as far as it is not made yet. */
export type Resumed = ParentRun;

/** Steps that succeeded. Those of a cleanup are made again, for there is something to clean up again. */
const ofSuite = ({ steps }: SuiteReport): Reuse =>
  Object.fromEntries(
    steps.flatMap(({ step, status, runId, phase }) =>
      status === 'succeeded' && runId !== null && phase !== 'cleanup' ? [[step, runId]] : [],
    ),
  );

/** Probes that can be believed, counted anew. */
const ofSearch = ({ probes }: SearchReport): Reuse =>
  Object.fromEntries(
    probes
      .filter(({ outcome }) => outcome === 'met' || outcome === 'missed')
      .map(({ runId }, index) => [`probe-${index + 1}`, runId]),
  );

/** The definition of a run that goes on where `run` ended; `isWhole` when there is nothing left to do. Pure. */
export function resumed(
  run: ParentRun,
  report: SuiteReport | SearchReport,
  children: ChildRuns,
): { definition: ParentRun; isWhole: boolean } {
  const reuse = report.kind === 'suite' ? ofSuite(report) : ofSearch(report);
  const isWhole =
    run.status === 'completed' &&
    (report.kind === 'suite' ? report.failed === 0 : children.byStep.size === Object.keys(reuse).length);
  const definition: ParentRun =
    run.kind === 'suite' ? { ...run, spec: { ...run.spec, reuse } } : { ...run, spec: { ...run.spec, reuse } };
  return { definition, isWhole };
}

/** The same definition from its beginning. */
export const afresh = <R extends { kind: string; spec: object }>(run: R): R =>
  'reuse' in run.spec ? { ...run, spec: { ...run.spec, reuse: {} } } : run;
