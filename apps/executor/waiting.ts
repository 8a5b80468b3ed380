import type { Clock } from '#libs/load/clock.js';

/** Resolves when `work` is over, whatever came of it, or after `ms`. */
export async function within(clock: Clock, ms: number, work: Promise<unknown>): Promise<void> {
  const timer = new AbortController();
  await Promise.race([work.then(nothing, nothing), clock.sleep(ms, timer.signal)]);
  timer.abort();
}

const nothing = (): void => undefined;

/** `work`, or the signal's reason thrown as soon as it aborts; what `work` gives too late is handed to `discard`. */
export async function orAbort<T>(
  work: Promise<T>,
  signal: AbortSignal,
  discard: (late: T) => Promise<unknown> = () => Promise.resolve(),
): Promise<T> {
  let giveUp = nothing;
  const aborted = new Promise<'aborted'>((resolve) => {
    giveUp = () => resolve('aborted');
    signal.addEventListener('abort', giveUp, { once: true });
    if (signal.aborted) giveUp();
  });
  const first = await Promise.race([work.then((value) => ({ value })), aborted]);
  signal.removeEventListener('abort', giveUp);
  if (first !== 'aborted') return first.value;
  work.then(discard).catch(nothing);
  throw signal.reason;
}
