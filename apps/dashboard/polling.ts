/**
 * Calls `work` at once, and `everyMs` after it has ended, until `signal` aborts. While the page is hidden nothing is asked;
 * when it is shown again, work is done at once.
 */
export async function poll(work: () => Promise<void>, everyMs: number, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    if (!document.hidden) await work();
    await pause(everyMs, signal);
  }
}

/** Resolves after a time, when the page is shown again, or when `signal` aborts. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      window.clearTimeout(timer);
      document.removeEventListener('visibilitychange', shown);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const shown = () => !document.hidden && done();
    const timer = window.setTimeout(done, ms);
    document.addEventListener('visibilitychange', shown);
    signal.addEventListener('abort', done, { once: true });
  });
}
