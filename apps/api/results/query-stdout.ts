import { isEnded } from '#libs/contract/status.js';
import type { Store, StoredRun } from '#libs/store/port.js';
import { footLines, headLines, logLine } from '#libs/workloads/query/query-text.js';
import { linesText } from './log-lines.js';

const LOG_PAGE = 1_000;
const MS_PER_S = 1_000;

type QueryRun = Extract<StoredRun, { kind: 'query' }>;

/** What `tidemark query` would have printed: its head, what the workers said, and what was found. */
export async function* queryText(store: Store, run: QueryRun): AsyncGenerator<string, void, undefined> {
  const workers = run.shards.reduce((sum, { lanes }) => sum + lanes.length, 0);
  yield linesText(headLines(run.spec, run.spec.dataset, workers));
  for (let afterId = 0; ;) {
    const lines = await store.log.read(run.id, afterId, LOG_PAGE);
    yield linesText(lines.map(({ atMs, level, message }) => logLine(atMs, level, message)));
    if (lines.length < LOG_PAGE) break;
    afterId = lines.at(-1)?.id ?? afterId;
  }
  const { summary } = run;
  if (isEnded(run.status) && summary?.report?.kind === 'query')
    yield linesText(footLines(summary.report, summary.durationMs / MS_PER_S));
}
