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

const NS_PER_MS = 1e6;
/** `Date.now()` is cut to whole milliseconds: a smaller difference between the two scales is not one. */
const EPOCH_GRAIN_MS = 2;
/** Longest delay of a timer; a longer one would fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * Where the monotonic scale begins, epoch milliseconds. The process's own origin is exact to a microsecond, but does not
 * follow a wall clock that was set since; then the wall clock counts, so that executors still agree on a start.
 */
function originEpochMs(): number {
  const steppedMs = Date.now() - (performance.timeOrigin + performance.now());
  return Math.abs(steppedMs) > EPOCH_GRAIN_MS ? performance.timeOrigin + steppedMs : performance.timeOrigin;
}

/** The only clock that reads the machine's. */
export const systemClock: Clock = {
  nowNs: () => performance.now() * NS_PER_MS,
  epochMs: () => Date.now(),
  atEpochMs: (epochMs) => (epochMs - originEpochMs()) * NS_PER_MS,
  toEpochMs: (nowNs) => originEpochMs() + nowNs / NS_PER_MS,
  wakeAt: (atNs, callback) => {
    const delayMs = atNs / NS_PER_MS - performance.now();
    const timer = setTimeout(callback, Math.min(Math.max(0, delayMs), LONGEST_TIMER_MS));
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

/** How long this thread's event loop was busy and was waiting since the thread began, milliseconds. */
export function loopTimes(): { activeMs: number; idleMs: number } {
  const { active, idle } = performance.eventLoopUtilization();
  return { activeMs: active, idleMs: idle };
}
