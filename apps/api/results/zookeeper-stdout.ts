import { isEnded } from '#libs/contract/status.js';
import { loadHistograms } from '#libs/stats/histogram.js';
import { intervalGroups } from '#libs/store/interval-groups.js';
import type { Store, StoredRun } from '#libs/store/port.js';
import { LocustFold } from '#libs/workloads/zookeeper/locust-fold.js';
import { footLines, headLines } from '#libs/workloads/zookeeper/zookeeper-text.js';
import { linesText } from './log-lines.js';

const MS_PER_S = 1_000;

type ZookeeperRun = Extract<StoredRun, { kind: 'zookeeper' }>;

/** What `tidemark zookeeper` would have printed: its head and, of a run that has ended, Locust's tables. */
export async function* zookeeperText(store: Store, run: ZookeeperRun): AsyncGenerator<string, void, undefined> {
  yield linesText(headLines(run.spec, run.target.contactPoints));
  const { summary } = run;
  if (!isEnded(run.status) || summary === null) return;
  await loadHistograms();
  const fold = new LocustFold();
  try {
    for await (const group of intervalGroups(store.intervals, run.id)) for (const interval of group) fold.add(interval);
    const report = summary.report?.kind === 'zookeeper' ? summary.report : undefined;
    yield linesText(footLines(fold.rows(), report, summary.durationMs / MS_PER_S));
  } finally {
    fold.destroy();
  }
}
