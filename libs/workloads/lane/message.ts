import type { WorkloadKind } from '#libs/contract/run.js';
import type { IntervalSnapshot } from '#libs/contract/interval.js';
import type { ProblemCode } from '#libs/contract/problem.js';
import type { Mismatch } from '#libs/contract/summary.js';
import type { Target } from '#libs/contract/target.js';
import type { ShardResult, SpecByKind } from '#libs/workloads/driver.js';

/** A lane's part of a run: it takes the work items first, first + stride, first + 2 x stride … of the whole run. */
export interface LaneShare {
  /** Index of this lane over all lanes of all executors. */
  first: number;
  /** Number of lanes over all executors. */
  stride: number;
  /** Operations in flight at most. */
  threads: number;
}

/** What a lane is started with: parsed and checked before it crosses, so a lane trusts it. */
export type LaneInput = {
  [K in WorkloadKind]: { kind: K; spec: SpecByKind[K]; target: Target; share: LaneShare };
}[WorkloadKind];

/** To a lane. `startAtMs` is epoch milliseconds, in the near future. */
export type LaneCommand = { type: 'start'; startAtMs: number } | { type: 'stop' } | { type: 'close' };

/** What a lane reports. */
export type LaneReport =
  | { type: 'ready' }
  | { type: 'started'; atMs: number }
  | { type: 'log'; level: 'info' | 'warn' | 'error'; message: string }
  | { type: 'interval'; snapshot: IntervalSnapshot }
  | { type: 'mismatch'; mismatch: Mismatch }
  | { type: 'ended'; result: ShardResult }
  | { type: 'failed'; code: ProblemCode; message: string };
