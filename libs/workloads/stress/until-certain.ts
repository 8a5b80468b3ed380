import { UncertaintyWatch, type UncertaintyLimits } from '#libs/stress/uncertainty.js';
import type { DriverEvents, OpenShard } from '#libs/workloads/driver.js';

/**
 * Opens a shard that ends when its row rate is known well enough (`err<`). Its intervals decide, so the run has one shard;
 * ending so is what was planned, and no stop.
 */
export async function openUntilCertain(
  limits: UncertaintyLimits,
  events: DriverEvents,
  open: (watched: DriverEvents) => Promise<OpenShard>,
): Promise<OpenShard> {
  const enough = new AbortController();
  const watch = new UncertaintyWatch(limits, () => enough.abort());
  const shard = await open({
    log: (level, message) => events.log(level, message),
    mismatch: (mismatch) => events.mismatch(mismatch),
    started: (atMs) => events.started(atMs),
    interval: (snapshot) => {
      events.interval(snapshot);
      watch.add(snapshot);
    },
  });
  return {
    run: async (startAtMs, signal) => {
      const result = await shard.run(startAtMs, AbortSignal.any([signal, enough.signal]));
      return { ...result, stopped: signal.aborted || result.failure !== undefined };
    },
    close: () => shard.close(),
  };
}
