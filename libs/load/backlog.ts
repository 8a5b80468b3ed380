import type { Schedule } from './schedule.js';
import type { Source } from './target.js';

interface Backlog {
  schedule: Schedule;
  source: Source;
  recorder: { scheduled(operation: number): void; dropped(operation: number): void };
}

/** So many are drawn one by one; of more, the mix of these says which operations they would have been. */
const DRAWN = 65_536;

/**
 * Counts what fell due before `endNs` (after the start) and was never started as scheduled and dropped, so that a run that
 * could not keep up says by how much. `fired` operations were drawn before; `nextDueNs` is the due time of the next when it
 * was already asked for, else negative.
 */
export function dropBacklog(
  { schedule, source, recorder }: Backlog,
  fired: number,
  nextDueNs: number,
  endNs: number,
): void {
  const drop = (operation: number): void => {
    recorder.scheduled(operation);
    recorder.dropped(operation);
  };
  const limit = schedule.countBefore(endNs);
  let index = fired;
  let dueNs = nextDueNs >= 0 ? nextDueNs : schedule.dueNs(index);
  const counts = new Float64Array(256);
  while (index - fired < DRAWN && (schedule.exact ? index < limit : dueNs < endNs)) {
    if (!source.next()) return;
    counts[source.operation] = (counts[source.operation] ?? 0) + 1;
    drop(source.operation);
    dueNs = schedule.dueNs(++index);
  }
  const drawn = index - fired;
  if (drawn < DRAWN) return;
  const rest = schedule.countBefore(endNs) - index;
  let [seen, dropped] = [0, 0];
  for (const [operation, count] of counts.entries()) {
    seen += count;
    for (const until = Math.round((rest * seen) / drawn); dropped < until; dropped++) drop(operation);
  }
}
