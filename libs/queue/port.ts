import type { PlacementGroup } from '#libs/contract/placement.js';

/**
 * Says "look now": the database row is the truth, so a lost message only makes an executor look a moment later. What says
 * something rejects within a second when the queue is away, and the caller may go on as if nothing had been.
 */
export interface RunQueue {
  /** A run was created: so many executors with these labels should look. */
  notify(groups: readonly PlacementGroup[]): Promise<void>;
  /** A target or executors became free: every idle executor should look. */
  freed(): Promise<void>;
  /** A cancel was asked for: whoever works on the run should look. */
  cancelled(runId: string): Promise<void>;
  /**
   * Resolves when there may be something to claim, after `timeoutMs` at the latest, or when `signal` aborts; true when it is
   * time to look.
   */
  wait(timeoutMs: number, signal: AbortSignal): Promise<boolean>;
  /** Calls back when a cancel was asked for, where the queue can tell; the database always does, at the next beat. */
  onCancelled(listener: (runId: string) => void): void;
  /** Resolves when the queue answers; rejects within a second when it is away. */
  ping(): Promise<void>;
  close(): Promise<void>;
}
