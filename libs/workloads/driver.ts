import type { IntervalSnapshot } from '#libs/contract/interval.js';
import type { ProblemCode } from '#libs/contract/problem.js';
import type { LoadKind, WorkloadKind } from '#libs/contract/run.js';
import type { Mismatch, RunReport } from '#libs/contract/summary.js';
import type { Target } from '#libs/contract/target.js';
import type { CdcTarget } from '#libs/contract/cdc-target.js';
import type { CdcSpec } from './cdc/cdc.schema.js';
import type { GenerateSpec } from './generate/generate.schema.js';
import type { LoadSpec } from './load/load.schema.js';
import type { QuerySpec } from './query/query.schema.js';
import type { SoakSpec } from './soak/soak.schema.js';
import type { SearchSpec } from './search/search.schema.js';
import type { StoredStressSpec } from './stress/stress.schema.js';
import type { ZookeeperSpec } from './zookeeper/zookeeper.schema.js';
import type { SuiteSpec } from './suite/suite.schema.js';

/** The stored specification of each kind; a new kind is one line here, and does not compile without its plan, driver and lane. */
export interface SpecByKind {
  stress: StoredStressSpec;
  generate: GenerateSpec;
  load: LoadSpec;
  query: QuerySpec;
  zookeeper: ZookeeperSpec;
  soak: SoakSpec;
  cdc: CdcSpec;
  suite: SuiteSpec;
  search: SearchSpec;
}

/** What each kind works on; null where that is no cluster. */
export interface TargetByKind {
  stress: Target;
  generate: null;
  load: Target;
  query: Target;
  zookeeper: Target;
  soak: Target;
  cdc: CdcTarget;
  suite: CdcTarget | null;
  search: CdcTarget | null;
}

/** What a run is: kind, specification and target belong together. */
export type RunDefinition<K extends WorkloadKind = WorkloadKind> = {
  [P in K]: { kind: P; spec: SpecByKind[P]; target: TargetByKind[P] };
}[K];

/** One executor's part of a run, made by a kind's pure plan. `lanes` hold the kind-independent shares. */
export interface Shard {
  index: number;
  count: number;
  lanes: { first: number; stride: number; threads: number }[];
}

/** What a driver may call while it works. None of them throws. */
export interface DriverEvents {
  log(level: 'info' | 'warn' | 'error', message: string): void;
  interval(snapshot: IntervalSnapshot): void;
  mismatch(mismatch: Mismatch): void;
  started(atMs: number): void;
  /** Adds to a file of the run; absent where nobody keeps files. `type`: media type. */
  artifact?(name: string, type: string, text: string): void;
  /** Notes what has happened at `atMs`; absent where nobody keeps it. */
  annotate?(atMs: number, label: string): void;
}

export interface ShardResult {
  /** Operations that ended, failed ones included. */
  completed: number;
  mismatches: number;
  /** True when stopped by the signal before the plan was carried out. */
  stopped: boolean;
  /** What was made or found beside the intervals, where the kind has such a thing. */
  report?: RunReport | undefined;
  /** Set when the run must fail: one sentence that names cause and fix. */
  failure?: { code: ProblemCode; message: string } | undefined;
}

/** A shard that is connected, prepared and warm: everything is decided, only the start is missing. */
export interface OpenShard {
  /** Starts at `startAtMs` (epoch) and returns when drained or, after `signal`, within a second. */
  run(startAtMs: number, signal: AbortSignal): Promise<ShardResult>;
  close(): Promise<void>;
}

/** What is learnt of the target while preparing. */
export interface TargetFacts {
  clusterName: string;
  /** True when the target says that it is the simulator. */
  simulated: boolean;
  nodes: {
    address: string;
    datacenter: string;
    rack: string;
    releaseVersion: string;
    /** ScyllaDB's; absent where there are none. */
    shards?: number | undefined;
  }[];
}

/** How a kind is carried out; executor side only. Throws CodedError. */
export interface Driver<Spec, Where = Target> {
  /** Once per run, by the leading executor: schema, checks. */
  prepare(spec: Spec, target: Where, events: DriverEvents, signal: AbortSignal, runId: string): Promise<TargetFacts>;
  /** Once per shard: connect, prepare statements, warm up. */
  open(
    spec: Spec,
    target: Where,
    shard: Shard,
    events: DriverEvents,
    signal: AbortSignal,
    runId: string,
  ): Promise<OpenShard>;
}

/** How every kind that executors take is carried out. */
export type Drivers = { [K in LoadKind]: Driver<SpecByKind[K], TargetByKind[K]> };
