import { type Finisher, finishForsaken } from '#libs/workloads/finish-alone.js';

/**
 * Ends what hangs, writes the summary of what it had measured, and finishes runs whose load has ended but whose last
 * executor is gone. Any process may do so at any time. Throws what the store throws.
 */
export async function sweepOnce(finisher: Finisher): Promise<void> {
  const { store, clock } = finisher;
  for (const { runId } of await store.watchdog.sweep(clock.epochMs())) await finishForsaken(finisher, runId);
}
