import { isEnded } from '#libs/contract/status.js';
import type { Store, StoredRun } from '#libs/store/port.js';
import { footLines, headLines } from '#libs/workloads/soak/soak-text.js';
import { linesText } from './log-lines.js';

const LOG_PAGE = 1_000;
const MS_PER_S = 1_000;

type SoakRun = Extract<StoredRun, { kind: 'soak' }>;

/** What `tidemark soak` would have printed: its head, what was said of progress, and what was done. */
export async function* soakText(store: Store, run: SoakRun): AsyncGenerator<string, void, undefined> {
  const lanes = run.shards.reduce((sum, shard) => sum + shard.lanes.length, 0);
  yield linesText(headLines(run.spec, lanes));
  for (let afterId = 0; ;) {
    const lines = await store.log.read(run.id, afterId, LOG_PAGE);
    yield linesText(lines.map(({ level, message }) => (level === 'info' ? message : `${level}: ${message}`)));
    if (lines.length < LOG_PAGE) break;
    afterId = lines.at(-1)?.id ?? afterId;
  }
  const { summary } = run;
  if (isEnded(run.status) && summary?.report?.kind === 'soak')
    yield linesText(footLines(summary.report, summary.durationMs / MS_PER_S));
}
