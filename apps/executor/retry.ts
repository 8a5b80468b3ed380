import { CodedError } from '#libs/contract/problem.js';
import type { Clock } from '#libs/load/clock.js';

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 2_000;

interface RetryOptions {
  clock: Clock;
  /** From when on a failure is final, milliseconds from now. */
  withinMs: number;
  /** Ends the waiting; its reason is thrown. */
  signal?: AbortSignal | undefined;
  /** Called at the first failure. */
  failed: (message: string) => void;
}

/** A coded failure is an answer; anything else means that the database could not be asked. */
const isFinal = (error: unknown): boolean => error instanceof CodedError && error.code !== 'STORE_UNAVAILABLE';

/** Asks the database until it answers. Throws its coded failures at once and others when the time is up. */
export async function retry<T>(ask: () => Promise<T>, { clock, withinMs, signal, failed }: RetryOptions): Promise<T> {
  const untilNs = clock.nowNs() + withinMs * 1e6;
  let pauseMs = FIRST_PAUSE_MS;
  for (let isFirst = true; ; isFirst = false) {
    signal?.throwIfAborted();
    try {
      return await ask();
    } catch (error) {
      if (isFinal(error) || clock.nowNs() >= untilNs) throw error;
      if (isFirst) failed(error instanceof Error ? error.message : String(error));
    }
    await clock.sleep(pauseMs, signal);
    pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
  }
}
