import type { LoadKind } from '#libs/contract/run.js';
import type { IntervalSnapshot } from '#libs/contract/interval.js';
import type { ProblemCode } from '#libs/contract/problem.js';
import type { Mismatch } from '#libs/contract/summary.js';
import type { Target } from '#libs/contract/target.js';
import type { ShardResult, SpecByKind } from '#libs/workloads/driver.js';
import type { CdcPlace } from '#libs/workloads/cdc/cdc.place.js';
import type { GeneratePlace } from '#libs/workloads/generate/generate.place.js';
import type { LoadPlace } from '#libs/workloads/load/load.place.js';
import type { QueryPlace } from '#libs/workloads/query/query.place.js';
import type { ZookeeperPlace } from '#libs/workloads/zookeeper/zookeeper.place.js';

/** A lane's part of a run: it takes the work items first, first + stride, first + 2 x stride … of the whole run. */
export interface LaneShare {
  /** Index of this lane over all lanes of all executors. */
  first: number;
  /** Number of lanes over all executors. */
  stride: number;
  /** Operations in flight at most. */
  threads: number;
}

/** Where the lanes of each kind work. */
interface PlaceByKind {
  stress: Target;
  generate: GeneratePlace;
  load: LoadPlace;
  query: QueryPlace;
  zookeeper: ZookeeperPlace;
  soak: Target;
  cdc: CdcPlace;
}

/** What a lane is started with: parsed and checked before it crosses, so a lane trusts it. */
export type LaneInput<K extends LoadKind = LoadKind> = {
  [P in K]: { kind: P; spec: SpecByKind[P]; target: PlaceByKind[P]; share: LaneShare };
}[K];

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
