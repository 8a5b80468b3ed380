import type { Store } from '#libs/store/port.js';
import { finishRun } from '#libs/workloads/finish-run.js';

/** A run that is finishing for so long has lost the executor that was finishing it. */
const FINISHING_MS = 15_000;
const LOOKED_AT = 50;

const WITHOUT_LOST = 'the plan was carried out, but for the part of the executors that were lost';

/**
 * Ends what hangs, writes the summary of what it had measured, and finishes runs whose load was carried out but whose
 * last executor is gone. Any process may do so at any time. Throws what the store throws.
 */
export async function sweepOnce(store: Store, nowMs: number, actor: string): Promise<void> {
  for (const { runId, to } of await store.watchdog.sweep(nowMs))
    await finishRun(
      store,
      runId,
      nowMs,
      to === 'finishing' ? { to: 'completed', actor, reason: WITHOUT_LOST } : undefined,
    );
  const { items } = await store.runs.list({ status: 'finishing', limit: LOOKED_AT });
  for (const { id, statusHistory } of items) {
    if (nowMs - (statusHistory.at(-1)?.atMs ?? nowMs) < FINISHING_MS) continue;
    const reason = 'the plan was carried out; finished in place of an executor that is gone';
    await finishRun(store, id, nowMs, { to: 'completed', actor, reason });
  }
}
