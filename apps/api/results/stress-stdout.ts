import { isEnded } from '#libs/contract/status.js';
import { mergeExecutors } from '#libs/stats/merge.js';
import type { Store, StoredRun } from '#libs/store/port.js';
import { StressText } from '#libs/stress/stress-text.js';
import { intervalGroups } from '#libs/store/interval-groups.js';

type StressRun = Extract<StoredRun, { kind: 'stress' }>;

/** Lines as the text of a terminal. */
const text = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('');

/**
 * What cassandra-stress would have printed, made anew from the stored intervals; of a run that has not ended, what it
 * would have printed by now.
 */
export async function* stressText(store: Store, run: StressRun): AsyncGenerator<string, void, undefined> {
  const { spec, target } = run;
  const { contactPoints: nodes, port, username, localDatacenter: datacenter } = target;
  const stress = new StressText(spec, { nodes, port, username, datacenter });
  if (spec.log.settings) yield text(stress.settings());
  yield text([stress.running(), stress.header()]);
  const hasEnded = isEnded(run.status);
  const lastWhole = hasEnded ? Number.POSITIVE_INFINITY : await store.intervals.completeUpTo(run.id);
  for await (const group of intervalGroups(store.intervals, run.id)) {
    if ((group[0]?.interval ?? 0) > lastWhole) break;
    yield text(stress.interval(mergeExecutors(group)));
  }
  if (!hasEnded) return;
  if (spec.log.summary) yield text(stress.summary());
  yield text([stress.end(run.status === 'completed')]);
}
