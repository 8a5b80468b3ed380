import type { Clock } from './clock.js';
import type { Schedule } from './schedule.js';
import type { Source, Target } from './target.js';

/** What the loop reports every finished operation to; all times in nanoseconds of the loop's clock. */
export interface LoopRecorder {
  /** An operation fell due (or, without a schedule, was started). Called before it is started or dropped. */
  scheduled(operation: number): void;
  /** It was due and is never started. */
  dropped(operation: number): void;
  /** `dueNs` is the start when there is no schedule. */
  record(
    operation: number,
    outcome: number,
    dueNs: number,
    startNs: number,
    endNs: number,
    rows: number,
    retries: number,
    partitions: number,
  ): void;
  /** Called before the first operation that ends after the interval's boundary is recorded. */
  cut(interval: number, startNs: number, endNs: number, partial: boolean): void;
}

export interface LoopOptions {
  clock: Clock;
  target: Target;
  source: Source;
  recorder: LoopRecorder;
  /** Operations in flight at most. */
  slots: number;
  /** When operations are due; absent in a free-running closed loop. */
  schedule?: Schedule | undefined;
  /** True: what is due while all slots are busy is dropped and counted; false: it waits. */
  dropOverdue: boolean;
  /** True: the schedule is only a cap on a closed loop (a throttle); what it did not let start was never promised. */
  throttle?: boolean | undefined;
  /** The run's length; absent when the source ends it. */
  durationNs?: number | undefined;
  intervalNs: number;
  /** Attempts beyond the first. They belong to the same operation: its start stays. */
  retries: number;
  /** Which outcomes (indexes) may be retried. */
  retryable: Uint8Array;
  /** Nanoseconds until the next try after an outcome and so many retries; none when absent. */
  retryDelayNs?: ((outcome: number, retries: number) => number) | undefined;
  /** Told of every operation that finally failed, after so many retries; true ends the run. */
  failed(slot: number, outcome: number, seed: number, retries: number, operation: number): boolean;
  /** Share of the time (0 to 1) that may be spent polling for a due time nearer than a timer's grain; 0.2 when absent. */
  pollShare?: number | undefined;
}
