import type { Store, StoredRun } from '#libs/store/port.js';
import { searchState } from '../search/search-state.js';
import { suiteState } from '../suite/suite-state.js';
import type { SearchReport } from '../search/search.schema.js';
import type { SuiteReport } from '../suite/suite.schema.js';
import { childRuns, type ChildRuns } from './child-runs.js';

export type ParentRun = Extract<StoredRun, { kind: 'suite' | 'search' }>;

export interface ParentState {
  children: ChildRuns;
  report: SuiteReport | SearchReport;
}

/** Where a run that consists of others stands. Throws what the store throws. */
export async function parentState(
  store: Pick<Store, 'runs' | 'parents'>,
  run: ParentRun,
  nowMs: number,
): Promise<ParentState> {
  const children = await childRuns(store, run);
  const { report } = run.kind === 'suite' ? suiteState(run, children, nowMs) : searchState(run, children, nowMs);
  return { children, report };
}
