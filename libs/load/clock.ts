/** A source of time. Hot paths read `nowNs` only: a double, so nothing is allocated. */
export interface Clock {
  /** Monotonic nanoseconds since an arbitrary origin; exact to about 0.2 µs over days. */
  nowNs(): number;
  /** Epoch milliseconds, whole. */
  epochMs(): number;
  /** Epoch milliseconds on the monotonic scale. */
  atEpochMs(epochMs: number): number;
  /** The monotonic scale as epoch milliseconds. */
  toEpochMs(nowNs: number): number;
  /** Calls back at `atNs` or up to a few milliseconds later; the answer cancels. */
  wakeAt(atNs: number, callback: () => void): () => void;
  /** Calls back in the next turn of the event loop, after what has arrived was read; the answer cancels. */
  soon(callback: () => void): () => void;
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** The only clock that reads the machine's. */
export const systemClock: Clock = {
  nowNs: () => performance.now() * 1e6,
  epochMs: () => Date.now(),
  atEpochMs: (epochMs) => (epochMs - performance.timeOrigin) * 1e6,
  toEpochMs: (nowNs) => performance.timeOrigin + nowNs / 1e6,
  wakeAt: (atNs, callback) => {
    const timer = setTimeout(callback, Math.max(0, (atNs - performance.now() * 1e6) / 1e6));
    return () => clearTimeout(timer);
  },
  soon: (callback) => {
    const handle = setImmediate(callback);
    return () => clearImmediate(handle);
  },
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const done = () => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      signal?.addEventListener('abort', done, { once: true });
    }),
};
