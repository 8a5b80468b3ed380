import type { Clock } from '#libs/load/clock.js';
import type { Loop } from '#libs/load/loop.js';
import type { DriverEvents } from '#libs/workloads/driver.js';

export interface CommonStart {
  loop: Pick<Loop, 'run' | 'stop'>;
  clock: Pick<Clock, 'epochMs' | 'atEpochMs' | 'sleep'>;
  /** The start that all lanes share, epoch milliseconds. */
  startAtMs: number;
  /** Stops the loop. */
  signal: AbortSignal;
  events: Pick<DriverEvents, 'started'>;
  /** What stopping is; the loop's own stop when absent. */
  stop?: () => void;
  /** Called right before the loop begins, with the start on the clock's scale. */
  before?: (originNs: number) => void;
  /** Called once it goes. */
  begun?: () => void;
}

/** Waits for the common start, says when it really was, and runs the loop to its end. */
export async function runFromCommonStart(parts: CommonStart): Promise<void> {
  const { loop, clock, startAtMs, signal, events, stop = () => loop.stop() } = parts;
  const waitMs = startAtMs - clock.epochMs();
  if (waitMs > 0) await clock.sleep(waitMs, signal);
  events.started(clock.epochMs());
  const originNs = clock.atEpochMs(startAtMs);
  parts.before?.(originNs);
  const running = loop.run(originNs);
  parts.begun?.();
  signal.addEventListener('abort', stop, { once: true });
  // Told before the loop went, it would have been lost on it.
  if (signal.aborted) stop();
  await running;
  signal.removeEventListener('abort', stop);
}
