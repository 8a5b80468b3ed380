import { isEnded } from '#libs/contract/status.js';
import type { Store, StoredRun } from '#libs/store/port.js';
import { footLines, headLines } from '#libs/workloads/generate/generate-text.js';
import { linesText, logLines } from './log-lines.js';

const MS_PER_S = 1_000;

type GenerateRun = Extract<StoredRun, { kind: 'generate' }>;

/** What `tidemark generate` would have printed: its head, what the executors said, and what was made. */
export async function* generateText(store: Store, run: GenerateRun): AsyncGenerator<string, void, undefined> {
  const { spec, summary } = run;
  yield linesText(headLines(spec, spec.dataset));
  yield* logLines(store, run.id);
  if (isEnded(run.status) && summary?.report?.kind === 'generate')
    yield linesText(footLines(summary.report, summary.durationMs / MS_PER_S));
}
