import { isEnded } from '#libs/contract/status.js';
import type { Clock } from '#libs/load/clock.js';
import type { Store } from '#libs/store/port.js';
import { finishRun } from '#libs/workloads/finish-run.js';
import { retry } from './retry.js';
import type { Outcome, Settling } from './settle.js';

const NEXT_LOOK_MS = 200;
/** A run that is finishing ends soon; afterwards its summary is made again, with what came late. */
const FINISHING_MS = 15_000;

/**
 * The shard was given up, or its run has ended: whatever this executor still has was measured, and is added where nothing of
 * it is there yet. When the shard was given to another nothing is added, for its operations would count twice. Throws what
 * the store throws for too long.
 */
export async function bringLate(settling: Settling, outcome: Outcome, withinMs: number): Promise<void> {
  const { parts, claim, results, hasBegun } = settling;
  const { store, clock, output, config } = parts;
  const say = async (level: 'info' | 'warn', message: string): Promise<void> => {
    const atMs = clock.epochMs();
    output({ atMs, level, executor: config.id, run: claim.runId, message });
    await store.log
      .add(claim.runId, [{ atMs, level, source: `executor:${config.id}`, message }])
      .catch(() => undefined);
  };
  if (!hasBegun) return say('info', 'the run has ended or its shard is another’s: stopped before any load');
  results.fence();
  const left = await results.drain(withinMs);
  const result = outcome.kind === 'ran' ? outcome.result : undefined;
  const completed = result?.completed ?? results.completed;
  const isTaken =
    !results.isRefused &&
    (await retry(() => store.shards.late(claim, completed, result?.report), {
      clock,
      withinMs,
      failed: () => undefined,
    }));
  if (!isTaken)
    return say('warn', `came back after its shard was given to another: ${completed} operations are not counted`);
  await results.saveMismatches(result?.mismatches ?? 0);
  const lost = left > 0 ? `, ${left} intervals could not be written and are missing` : '';
  await say('warn', `came back after it was given up; what it had measured was added${lost}`);
  await renewSummary(store, clock, claim.runId);
}

/** Makes the summary of a run that has ended, or is about to, again; that of any other is still to be made. */
export async function renewSummary(store: Store, clock: Clock, runId: string, signal?: AbortSignal): Promise<void> {
  const untilNs = clock.nowNs() + FINISHING_MS * 1e6;
  for (; clock.nowNs() < untilNs && !signal?.aborted; await clock.sleep(NEXT_LOOK_MS, signal)) {
    const run = await store.runs.find(runId);
    if (run && isEnded(run.status)) return finishRun(store, runId, clock.epochMs());
    if (run?.status !== 'finishing') return;
  }
}
