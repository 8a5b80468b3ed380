import type { OperationCounters, SelfWatch } from '#libs/contract/interval.js';
import type { Problem } from '#libs/contract/problem.js';
import type { Placement } from '#libs/contract/placement.js';
import type { Policies, ShardView, WorkloadKind } from '#libs/contract/run.js';
import type { RunStatus } from '#libs/contract/status.js';
import type { RunReport, Summary, Threshold } from '#libs/contract/summary.js';
import type { CdcTarget } from '#libs/contract/cdc-target.js';
import type { RunDefinition } from '#libs/workloads/driver.js';
import type { NotedEnding, RunOrigin } from './port.js';

/* Rows as the database has them: columns only, no logic, never answered by the API. Times carry their unit. */

export interface RunRow {
  id: string;
  kind: WorkloadKind;
  name: string | null;
  labels: Record<string, string>;
  /** Without its secrets; they are in `secrets`, encrypted. */
  target: CdcTarget | null;
  secrets: string | null;
  spec: RunDefinition['spec'];
  thresholds: readonly Threshold[];
  placement: Placement;
  policies: Policies;
  status: RunStatus;
  statusSinceMs: number;
  summary: Summary | null;
  problem: Problem | null;
  ending: NotedEnding | null;
  simulated: boolean | null;
  prepared: boolean;
  startAtMs: number | null;
  cancelAtMs: number | null;
  cancelActor: string | null;
  cancelReason: string | null;
  mismatchCount: number;
  rerunOf: string | null;
  parentId: string | null;
  /** The outermost run that it belongs to; null for one that belongs to none. */
  rootId: string | null;
  step: string | null;
  origin: RunOrigin | null;
  /** Least length of the stored intervals once they were rolled up. */
  rolledUpMs: number | null;
  createdAtMs: number;
  endedAtMs: number | null;
  projectId: string;
  benchmarkId: string | null;
  benchmarkVersion: number | null;
  scheduleId: string | null;
}

export interface ShardRow {
  runId: string;
  index: number;
  lanes: ShardView['lanes'];
  state: ShardView['state'];
  executorId: string | null;
  token: number;
  leaseUntilMs: number;
  startedAtMs: number | null;
  completed: number;
  report: RunReport | null;
  /** Of the executor that claimed it. */
  executorLabels: Record<string, string> | null;
  /** Set while it is lost: the token of the claim that was lost, whose late result may still be added. */
  lostToken: number | null;
  /** Executors that it was taken from, in order; null for none. */
  lostExecutors: string[] | null;
}

export interface HistoryRow {
  id: number;
  runId: string;
  atMs: number;
  from: RunStatus | null;
  to: RunStatus;
  actor: string;
  reason: string;
}

export interface LabelRow {
  runId: string;
  name: string;
  value: string;
}

export interface EndpointRow {
  runId: string;
  endpoint: string;
  shared: boolean;
}

export interface IntervalRow {
  runId: string;
  shardIndex: number;
  interval: number;
  /** Of the claim under which it was written: whoever takes a part over within an interval has a row of its own. */
  token: number;
  operation: string;
  counters: OperationCounters;
  st: Buffer;
  rt: Buffer | null;
  wt: Buffer | null;
  failedSt: Buffer | null;
}

export interface IntervalSelfRow {
  runId: string;
  shardIndex: number;
  interval: number;
  token: number;
  executorId: string;
  /** Of the executor when it claimed the part; empty for none, null in rows of older releases. */
  region: string | null;
  startMs: number;
  lengthMs: number;
  partial: boolean;
  self: SelfWatch;
}

export interface LogRow {
  id: number;
  runId: string;
  atMs: number;
  level: 'info' | 'warn' | 'error';
  source: string;
  message: string;
}

export interface MismatchRow {
  id: number;
  runId: string;
  key: string;
  column: string;
  expected: string;
  found: string | null;
}

export interface ExecutorRow {
  id: string;
  labels: Record<string, string>;
  hostname: string;
  pid: number;
  cores: number;
  /** Null before there were any. */
  incarnation: string | null;
  aliveAtMs: number;
  runId: string | null;
  /** null is no. */
  draining: boolean | null;
  clockOffsetMs: number | null;
}
