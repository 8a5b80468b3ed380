import { isEnded } from '#libs/contract/status.js';
import type { Store, StoredRun } from '#libs/store/port.js';
import { footLines, headLines } from '#libs/workloads/generate/generate-text.js';

const LOG_PAGE = 1_000;
const MS_PER_S = 1_000;

const text = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('');

type GenerateRun = Extract<StoredRun, { kind: 'generate' }>;

/** What `tidemark generate` would have printed: its head, what the executors said, and what was made. */
export async function* generateText(store: Store, run: GenerateRun): AsyncGenerator<string, void, undefined> {
  yield text(headLines(run.spec, run.spec.dataset));
  for (let afterId = 0; ;) {
    const lines = await store.log.read(run.id, afterId, LOG_PAGE);
    yield text(lines.map(({ message }) => message));
    if (lines.length < LOG_PAGE) break;
    afterId = lines.at(-1)?.id ?? afterId;
  }
  const { summary } = run;
  if (isEnded(run.status) && summary?.report?.kind === 'generate')
    yield text(footLines(summary.report, summary.durationMs / MS_PER_S));
}
