import { isEnded } from '#libs/contract/status.js';
import type { Store, StoredRun } from '#libs/store/port.js';
import { loadFoot, loadHead } from '#libs/workloads/load/load-text.js';
import { linesText, logLines } from './log-lines.js';

const MS_PER_S = 1_000;

type LoadRun = Extract<StoredRun, { kind: 'load' }>;

/** What `tidemark load` would have printed: its head, what the executors said, and what became of the rows. */
export async function* loadText(store: Store, run: LoadRun): AsyncGenerator<string, void, undefined> {
  const { spec, summary } = run;
  yield linesText(loadHead(spec, spec.dataset));
  yield* logLines(store, run.id);
  if (isEnded(run.status) && summary?.report?.kind === 'load')
    yield linesText(loadFoot(summary.report, summary.durationMs / MS_PER_S));
}
