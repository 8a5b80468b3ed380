import { isEnded } from '#libs/contract/status.js';
import type { Store } from '#libs/store/port.js';
import { parentState, type ParentRun } from '#libs/workloads/parent/parent-state.js';
import { reportLines } from '#libs/workloads/parent/parent-text.js';
import { linesText, logLines } from './log-lines.js';

/** What `tidemark suite` and `tidemark search` print: each step as it ended, and a table of all. */
export async function* parentText(store: Store, run: ParentRun): AsyncGenerator<string, void, undefined> {
  yield* logLines(store, run.id);
  const { report } = await parentState(store, run, run.endedAtMs ?? 0);
  if (isEnded(run.status)) yield linesText(['', ...reportLines(report)]);
}
