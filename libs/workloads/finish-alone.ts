import { randomUUID } from 'node:crypto';
import { isEnded } from '#libs/contract/status.js';
import type { Clock } from '#libs/load/clock.js';
import type { Ending, Store } from '#libs/store/port.js';
import { finishRun } from './finish-run.js';

/** A process that can finish runs. */
export interface Finisher {
  store: Store;
  clock: Pick<Clock, 'epochMs' | 'sleep'>;
  /** `executor:<id>`, `api:<host>-<pid>` */
  actor: string;
}

/** How long a run is left to a process that gives no sign of life. */
const LEASE_MS = 15_000;
const RENEW_MS = 5_000;

/**
 * Finishes a run, as `finishRun` does, by one process at a time: a summary may take long, and all who find the run
 * unfinished would make it at once. Nothing happens when another is at it. One that has ended gets its summary again, by
 * anybody. Throws what the store throws.
 */
export async function finishAlone(finisher: Finisher, runId: string, ending?: Ending): Promise<void> {
  const { store, clock, actor } = finisher;
  const run = await store.runs.find(runId);
  if (run === null) return;
  if (isEnded(run.status)) return finishRun(store, runId, clock.epochMs());
  const job = `finish:${runId}`;
  // Of this call: the same process finds the run unfinished as others do.
  const holder = `${actor} ${randomUUID()}`;
  const take = () => store.jobLeases.take(job, holder, clock.epochMs(), LEASE_MS);
  if (!(await take())) return;
  const over = new AbortController();
  const renewing = renew(take, clock, over.signal);
  try {
    await finishRun(store, runId, clock.epochMs(), ending);
  } finally {
    over.abort();
    await renewing;
    await store.jobLeases.release(job, holder);
  }
}

/** One that could not be renewed now is tried again in time. */
async function renew(take: () => Promise<boolean>, clock: Finisher['clock'], over: AbortSignal): Promise<void> {
  for (;;) {
    await clock.sleep(RENEW_MS, over);
    if (over.aborted) return;
    await take().catch(() => undefined);
  }
}

/** Finishes a run whose load was ended by another process, which should have finished it and is gone. */
export function finishForsaken(finisher: Finisher, runId: string): Promise<void> {
  const reason = 'the plan was carried out; finished in place of a process that is gone';
  return finishAlone(finisher, runId, { to: 'completed', actor: finisher.actor, reason });
}
