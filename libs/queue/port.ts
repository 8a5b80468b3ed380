/** Says "look now": the database row is the truth, so a lost message only makes an executor look a moment later. */
export interface RunQueue {
  /** A run was created, or a target became free. */
  notify(): Promise<void>;
  /** Resolves when there may be something to claim, after `timeoutMs` at the latest, or when `signal` aborts. */
  wait(timeoutMs: number, signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}
