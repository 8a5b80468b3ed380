import type { IntervalSnapshot } from '#libs/contract/interval.js';
import type { ProblemCode } from '#libs/contract/problem.js';
import type { Mismatch } from '#libs/contract/summary.js';

/** A lane's part of a run: it takes the work items first, first + stride, first + 2 x stride … of the whole run. */
export interface LaneShare {
  /** Index of this lane over all lanes of all executors. */
  first: number;
  /** Number of lanes over all executors. */
  stride: number;
  /** Operations in flight at most. */
  threads: number;
}

/** To a lane. `startAtMs` is epoch milliseconds, in the near future. */
export type LaneCommand = { type: 'start'; startAtMs: number } | { type: 'stop'; reason: 'cancelled' | 'failed' };

/** What a lane reports; histograms are transferred, not copied. */
export type LaneReport =
  | { type: 'ready' }
  | { type: 'started'; atMs: number }
  | { type: 'log'; level: 'info' | 'warn' | 'error'; message: string }
  | { type: 'interval'; snapshot: IntervalSnapshot }
  | { type: 'mismatch'; mismatch: Mismatch }
  | { type: 'ended'; completed: number; mismatches: number; stopped: boolean }
  | { type: 'failed'; code: ProblemCode; message: string };
