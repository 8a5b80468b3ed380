/**
 * Makes a call that may take so long, and is given up when `signal` aborts. Not AbortSignal.any: that keeps something of
 * every call for as long as `signal` lives, which is as long as a run.
 */
export async function callWithin<T>(
  timeoutMs: number,
  signal: AbortSignal,
  call: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const own = new AbortController();
  const giveUp = () => own.abort(signal.reason);
  const timer = setTimeout(
    () => own.abort(new DOMException(`no answer within ${timeoutMs} ms`, 'TimeoutError')),
    timeoutMs,
  );
  signal.addEventListener('abort', giveUp, { once: true });
  if (signal.aborted) giveUp();
  try {
    return await call(own.signal);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', giveUp);
  }
}
