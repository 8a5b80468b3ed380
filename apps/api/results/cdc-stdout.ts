import { isEnded } from '#libs/contract/status.js';
import type { Store, StoredRun } from '#libs/store/port.js';
import { footLines, headLines } from '#libs/workloads/cdc/cdc-text.js';
import { linesText } from './log-lines.js';

type CdcRun = Extract<StoredRun, { kind: 'cdc' }>;

/** What `tidemark cdc` would have printed: its head and, of a run that has ended, what was found. */
export async function* cdcText(_store: Store, run: CdcRun): AsyncGenerator<string, void, undefined> {
  yield linesText(headLines(run.spec, run.target));
  const report = run.summary?.report;
  if (isEnded(run.status) && report?.kind === 'cdc') yield linesText(footLines(report));
}
