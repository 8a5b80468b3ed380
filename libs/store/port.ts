import type { DatasetStore } from './dataset-port.js';
import type { LogLine } from '#libs/contract/event.js';
import type { IntervalSnapshot } from '#libs/contract/interval.js';
import type { Problem } from '#libs/contract/problem.js';
import type { Placement } from '#libs/contract/placement.js';
import type { Policies, ShardView, Waiting, WorkloadKind } from '#libs/contract/run.js';
import type { RunStatus, StatusChange } from '#libs/contract/status.js';
import type { Mismatch, RunReport, Summary, Threshold } from '#libs/contract/summary.js';
import type { RunDefinition } from '#libs/workloads/driver.js';
import type { ArtifactStore } from './artifact-port.js';
import type { ScalerStore } from './scaler-port.js';
import type { Idempotency, PlatformStore } from './platform/port.js';

/** What is written when a run is created. The store encrypts the target's secrets. */
export type NewRun = RunDefinition & Omit<RunFields, keyof RunOwnership> & NewRunFields & Partial<RunOwnership>;

/** Whose a run is and what it was made from; by default of the first project and posted as it is. */
export type RunOwnership = Pick<RunFields, 'projectId' | 'benchmark' | 'scheduleId'>;

interface RunFields {
  id: string;
  name: string | null;
  labels: Record<string, string>;
  thresholds: readonly Threshold[];
  placement: Placement;
  policies: Policies;
  rerunOf: string | null;
  createdAtMs: number;
  projectId: string;
  /** The saved definition that it was made from. */
  benchmark: { id: string; version: number } | null;
  scheduleId: string | null;
  /** Absent for runs that no request made. */
  origin?: RunOrigin | null | undefined;
}

/** Which request a run came from, so that logs and traces of all processes can be joined. */
export interface RunOrigin {
  correlationId: string | null;
  /** W3C traceparent. */
  traceParent: string | null;
}

interface NewRunFields {
  /**
   * What the run works on: `host:port` of every contact point, `dataset:<name>`. Runs that have one in common exclude each
   * other unless both targets are shared.
   */
  endpoints: readonly string[];
  shards: readonly { index: number; lanes: ShardView['lanes'] }[];
  actor: string;
  /** The run that it is a step of. */
  parent?: RunParent | undefined;
}

/** Which step of which run; `rootId` is the outermost one, whose target lock holds for all that belong to it. */
export interface RunParent {
  runId: string;
  rootId: string;
  step: string;
}

/** A run as stored; `target` has its secrets only where `withSecrets` was asked for. */
export type StoredRun = RunDefinition & RunFields & StoredRunFields;

interface StoredRunFields {
  parentId: string | null;
  rootId: string | null;
  step: string | null;
  status: RunStatus;
  statusHistory: StatusChange[];
  shards: ShardView[];
  summary: Summary | null;
  problem: Problem | null;
  /** Noted when its load has ended, before its summary is made. */
  ending: NotedEnding | null;
  simulated: boolean | null;
  /** Set when all shards are ready: the common start, epoch milliseconds. */
  startAtMs: number | null;
  cancelRequested: { atMs: number; actor: string; reason: string } | null;
  endedAtMs: number | null;
}

export interface RunFilter {
  status?: RunStatus | undefined;
  kind?: WorkloadKind | undefined;
  /** `key:value`, or `key` alone for any value. */
  label?: string | undefined;
  /** Null: all of them. */
  projectId?: string | null | undefined;
  scheduleId?: string | undefined;
  benchmarkId?: string | undefined;
  fromMs?: number | undefined;
  toMs?: number | undefined;
  /** Only what belongs to this run; null: only what belongs to none. */
  parent?: string | null | undefined;
  limit: number;
  /** Opaque; from a former page. Newest first. */
  cursor?: string | undefined;
}

export interface Transition {
  to: RunStatus;
  actor: string;
  reason: string;
  atMs: number;
  problem?: Problem | undefined;
}

/** How a run is to end, and who says so. */
export interface Ending extends Omit<Transition, 'to' | 'atMs'> {
  to: Extract<RunStatus, 'completed' | 'failed' | 'cancelled' | 'interrupted'>;
}

/** The same, kept for whoever makes the summary; `atMs` is when it was said. */
export type NotedEnding = Ending & Pick<Transition, 'atMs'>;

/** What an executor tells of its shard at the end, beside the operations that it completed. */
export interface ShardEnd {
  report?: RunReport | undefined;
  /** How the run is to end if this shard is the last one; one that failed or was interrupted ends the run at once. */
  ending?: Ending | undefined;
}

export interface RunStore {
  /**
   * Same key and same body: the first run again, `replayed`. Same key, other body: CodedError IDEMPOTENCY_KEY_REUSED. A new
   * run when `maxQueued` runs wait already, or as many of its project as its quota allows: CodedError QUEUE_FULL.
   */
  create(run: NewRun, idempotency?: Idempotency, maxQueued?: number): Promise<{ run: StoredRun; replayed: boolean }>;
  find(id: string, options?: { withSecrets: boolean }): Promise<StoredRun | null>;
  list(filter: RunFilter): Promise<{ items: StoredRun[]; nextCursor: string | null }>;
  count(status: RunStatus): Promise<number>;
  /** Place in the queue and why it waits (no executor with these labels; needs 2 executors, 1 idle; target locked by run X). Null unless queued. */
  waiting(id: string, nowMs: number): Promise<Waiting | null>;
  /** Atomic; false when the run's state does not allow it (TRANSITIONS) or it is gone. Sets endedAtMs on end states and frees the target's lock. */
  transition(id: string, transition: Transition): Promise<boolean>;
  /** A queued run is cancelled at once; another gets its cancel flag, which executors see at their next beat. False when ended already. */
  requestCancel(id: string, actor: string, reason: string, atMs: number): Promise<boolean>;
  saveSummary(id: string, summary: Summary): Promise<void>;
  saveFacts(id: string, facts: { simulated: boolean }): Promise<void>;
  addMismatches(id: string, mismatches: readonly Mismatch[], foundInAll: number): Promise<void>;
  mismatches(id: string): Promise<{ first: Mismatch[]; count: number }>;
  /** Only ended runs: CodedError RUN_NOT_ENDED, RUN_NOT_FOUND. */
  delete(id: string): Promise<void>;
}

export interface ExecutorInfo {
  id: string;
  labels: Record<string, string>;
  hostname: string;
  pid: number;
  cores: number;
  /** Tells a process from another with the same id, which a container that is restarted has. */
  incarnation?: string;
}

/**
 * Where a process is in the list of executors: its row is its own; there is none, or one that nobody keeps; another living
 * process has taken its id.
 */
export type Standing = 'listed' | 'unlisted' | 'replaced';

export interface KnownExecutor extends ExecutorInfo {
  aliveAtMs: number;
  alive: boolean;
  runId: string | null;
  draining: boolean;
  /** Database's clock minus the executor's own; null before its first beat. */
  clockOffsetMs: number | null;
}

/** A shard that an executor holds. Every write carries `token`; an older token is refused. */
export interface Claim {
  runId: string;
  shardIndex: number;
  token: number;
  /** True for the one shard whose executor prepares the run. */
  leads: boolean;
}

export interface Beat {
  /** False: the lease was lost or the run ended elsewhere; stop at once and write nothing more. */
  held: boolean;
  status: RunStatus;
  cancelRequested: boolean;
  /** The leader has prepared the target. */
  prepared: boolean;
  startAtMs: number | null;
  shardsEnded: number;
  shardsTotal: number;
}

export interface ShardStore {
  /**
   * `runId`: what it works on meanwhile, if it was known before. A process that is new under its id takes the row over, and
   * is not being drained. Forgets who has not been heard of for a day.
   */
  register(executor: ExecutorInfo, nowMs: number, runId?: string | null): Promise<void>;
  /**
   * This executor lives and holds nothing; how far its clock is behind the database's (`agreed-clock.ts`). Changes nothing
   * unless it is listed.
   */
  executorBeat(executorId: string, nowMs: number, clockOffsetMs: number, incarnation?: string): Promise<Standing>;
  executors(nowMs: number): Promise<KnownExecutor[]>;
  /** While it is set the executor is given nothing new. False when there is no such executor. */
  drain(executorId: string, draining: boolean): Promise<boolean>;
  /** Takes its row off the list; another process's of this id stays. */
  retire(executorId: string, incarnation?: string): Promise<void>;
  /**
   * The next shard for this executor, oldest run first: a shard of a run that has started to be claimed, the part of a lost
   * executor that is requeued among them, else one of a queued run whose target is free and for all of whose groups idle
   * executors with their labels are alive.
   * The first claim moves the run to `preparing`. Atomic over processes.
   */
  claim(executorId: string, nowMs: number, leaseMs: number): Promise<Claim | null>;
  /**
   * Gives a shard that is not ready yet to another executor; false, and nothing changed, when there is no other idle one or
   * it is too late.
   */
  handBack(claim: Claim, nowMs: number): Promise<boolean>;
  beat(claim: Claim, nowMs: number, leaseMs: number): Promise<Beat>;
  /** By the leader: the target is prepared, the other shards may open. */
  prepared(claim: Claim, nowMs: number): Promise<void>;
  /** When the last one is ready: run preparing -> ready, startAtMs = nowMs + startDelayMs. */
  ready(claim: Claim, nowMs: number, startDelayMs: number): Promise<boolean>;
  /** run ready -> running at the first call; stores the real start, of a requeued shard the first one. */
  started(claim: Claim, atMs: number): Promise<boolean>;
  /**
   * When the last one has ended: run running -> finishing, or ready as it was when nobody had started; true for that one, who
   * then finishes the run. How the run is to end is noted on it, so that another process can finish it; the first stands.
   */
  ended(claim: Claim, completed: number, atMs: number, told?: ShardEnd): Promise<boolean>;
  /**
   * By an executor that ends, of a run that goes on without it: the shard is lost from now on, with what it had completed,
   * and the run ends when nobody else is left. True when the run is over and its summary has to be made.
   */
  abandon(
    claim: Claim,
    completed: number,
    atMs: number,
    told: { report?: RunReport | undefined; reason: string },
  ): Promise<boolean>;
  /** What a lost shard had completed, told by its executor after all; false when the shard is somebody else's. */
  late(claim: Claim, completed: number, report?: RunReport): Promise<boolean>;
  /** A shard that is given up (lane crashed, executor stopping): the run's policy decides. */
  fail(claim: Claim, problem: Problem, atMs: number): Promise<void>;
}

export interface StoredInterval extends IntervalSnapshot {
  shardIndex: number;
  /** Of the claim under which it was written; 0 in older runs. */
  token: number;
  executorId: string;
  /** Of that executor when it claimed the shard; empty for none, null in older runs. */
  region: string | null;
}

export interface IntervalStore {
  /** Idempotent per (run, shard, interval, token, operation). False when the token is not the shard's present one. */
  append(claim: Claim, executorId: string, snapshots: readonly IntervalSnapshot[]): Promise<boolean>;
  /**
   * The same for the executor of a lost shard that comes back: what is missing is added, what is there stays as it is.
   * False, and nothing is added, when the shard was given to another meanwhile, or the run's intervals were rolled up.
   */
  appendLate(claim: Claim, executorId: string, snapshots: readonly IntervalSnapshot[]): Promise<boolean>;
  /** Ordered by interval, then shard; a shard that was taken over within an interval has two of it, in order. */
  read(
    runId: string,
    filter?: { fromMs?: number; toMs?: number; executorId?: string; fromInterval?: number; limit?: number },
  ): Promise<StoredInterval[]>;
  /**
   * Highest interval index that every shard still running has written; -1 when none. One that a lost executor had begun is
   * not whole while its successor may go on with it.
   */
  completeUpTo(runId: string): Promise<number>;
}

export interface LogStore {
  add(runId: string, lines: readonly Omit<LogLine, 'id'>[]): Promise<void>;
  read(runId: string, afterId: number, limit: number): Promise<LogLine[]>;
}

export interface Watchdog {
  /**
   * Ends what hangs: expired leases (policy fail -> interrupted; continue -> shard lost, run goes on, or is finishing when all
   * other shards had ended; requeue -> the shard waits for another executor, so often and so long as the policies say),
   * states past their deadline (-> failed DEADLINE_EXCEEDED, or interrupted when every shard is lost), cancels that nobody carried out
   * within 5 s. Answers the runs that it ended, and as `finishing` those whose load has ended and that nobody has finished
   * for a while: their summary is the caller's to make. Idempotent, any process may call it at any time.
   */
  sweep(nowMs: number): Promise<{ runId: string; to: RunStatus }[]>;
}

/** Runs that consist of other runs. */
export interface ParentStore {
  /**
   * The next run for this coordinator: one that has lost its coordinator, else the first queued one whose target is free.
   * Executors need not be idle. Its claim is renewed by `shards.beat`.
   */
  claim(coordinatorId: string, nowMs: number, leaseMs: number): Promise<Claim | null>;
  /**
   * Starts a step: the run that there is already for it, or a new one. Null when the claim is no longer valid, the parent
   * has ended, or was cancelled and the step is not `afterCancel`. With `problem` the run fails at once.
   */
  addChild(claim: Claim, run: NewRun, options: { afterCancel: boolean; problem?: Problem }): Promise<StoredRun | null>;
  /** Gives a run up, so that another coordinator takes it over at once. */
  release(claim: Claim): Promise<void>;
  /** In the order in which they were started. */
  children(parentId: string): Promise<StoredRun[]>;
}

export interface RunCounts {
  byStatusAndKind(): Promise<{ status: RunStatus; kind: string; count: number }[]>;
  /** When the run that waits longest was made, epoch milliseconds; null when none waits. */
  oldestQueuedMs(): Promise<number | null>;
  /** Shards of queued and active runs that have not ended: as many executors have, or would have, work. */
  executorsWanted(): Promise<number>;
}

export interface RollUps {
  /** Runs that ended before, have their summary and are not rolled up so far; the oldest first. */
  due(resolutionMs: number, endedBeforeMs: number, limit: number): Promise<string[]>;
  /**
   * Merges a run's intervals to this length, losing nothing but the resolution; a run whose own interval does not divide
   * it stays as it is. May be cut off and repeated. Answers how many intervals there were, and are.
   */
  rollUp(runId: string, resolutionMs: number): Promise<{ before: number; after: number }>;
}

export interface JobLeases {
  /** Takes or renews the lease on a job; false while it is another's. */
  take(name: string, holder: string, nowMs: number, leaseMs: number): Promise<boolean>;
  /** Gives the job up; nothing happens when it is another's by now. */
  release(name: string, holder: string): Promise<void>;
}

/** One database, opened and migrated. */
export interface Store {
  runs: RunStore;
  shards: ShardStore;
  parents: ParentStore;
  intervals: IntervalStore;
  log: LogStore;
  artifacts: ArtifactStore;
  watchdog: Watchdog;
  platform: PlatformStore;
  /** Epoch milliseconds by the database's clock, which all processes can ask. */
  nowMs(): Promise<number>;
  datasets: DatasetStore;
  counts: RunCounts;
  rollUps: RollUps;
  jobLeases: JobLeases;
  scalers: ScalerStore;
  ping(): Promise<void>;
  close(): Promise<void>;
}
