import { EntitySchema } from 'typeorm';
import { annotation, artifactPart } from './artifact-entities.js';
import {
  big,
  bool,
  type Column,
  int,
  json,
  jsonOrNull,
  key,
  named,
  optional,
  quoted,
  real,
  serial,
  text,
} from './column.js';
import { platformEntities } from './platform/entities.js';
import { jobLeaseEntity } from './job-lease.js';
import { scalerStateEntity } from './scaler-store.js';
import { datasetEntities } from './dataset-entities.js';
import type {
  EndpointRow,
  ExecutorRow,
  HistoryRow,
  IntervalRow,
  IntervalSelfRow,
  LabelRow,
  LogRow,
  MismatchRow,
  RunRow,
  ShardRow,
} from './row.js';

export type Dialect = 'sqlite' | 'postgres';

const run = new EntitySchema<RunRow>({
  name: 'Run',
  tableName: 'runs',
  columns: {
    id: text('id', key),
    kind: text('kind'),
    name: text('name', optional),
    labels: json('labels'),
    target: jsonOrNull('target'),
    secrets: text('secrets', optional),
    spec: json('spec'),
    thresholds: json('thresholds'),
    placement: json('placement'),
    policies: json('policies'),
    status: text('status'),
    statusSinceMs: big('status_since_ms'),
    summary: json('summary', optional),
    problem: json('problem', optional),
    ending: json('ending', optional),
    simulated: bool('simulated', optional),
    prepared: bool('prepared'),
    startAtMs: big('start_at_ms', optional),
    cancelAtMs: big('cancel_at_ms', optional),
    cancelActor: text('cancel_actor', optional),
    cancelReason: text('cancel_reason', optional),
    mismatchCount: big('mismatch_count'),
    rerunOf: text('rerun_of', optional),
    parentId: text('parent_id', optional),
    rootId: text('root_id', optional),
    step: text('step', optional),
    origin: json('origin', optional),
    rolledUpMs: int('rolled_up_ms', optional),
    createdAtMs: big('created_at_ms'),
    endedAtMs: big('ended_at_ms', optional),
    projectId: text('project_id', { default: 'default' }),
    benchmarkId: text('benchmark_id', optional),
    benchmarkVersion: int('benchmark_version', optional),
    scheduleId: text('schedule_id', optional),
  },
  indices: [
    { name: 'runs_project', columns: ['projectId', 'createdAtMs'] },
    { name: 'runs_schedule', columns: ['scheduleId'] },
    { name: 'runs_status', columns: ['status', 'createdAtMs'] },
    { name: 'runs_created', columns: ['createdAtMs', 'id'] },
    { name: 'runs_parent', columns: ['parentId', 'step'], unique: true },
  ],
});

const shard = new EntitySchema<ShardRow>({
  name: 'Shard',
  tableName: 'shards',
  columns: {
    runId: text('run_id', key),
    index: int('shard_index', key),
    lanes: json('lanes'),
    state: text('state'),
    executorId: text('executor_id', optional),
    token: big('token'),
    leaseUntilMs: big('lease_until_ms'),
    startedAtMs: big('started_at_ms', optional),
    completed: big('completed'),
    report: json('report', optional),
    executorLabels: json('executor_labels', optional),
    lostToken: big('lost_token', optional),
    lostExecutors: json('lost_executors', optional),
  },
});

const history = new EntitySchema<HistoryRow>({
  name: 'History',
  tableName: 'status_history',
  columns: {
    id: serial,
    runId: text('run_id'),
    atMs: big('at_ms'),
    from: text('from_status', optional),
    to: text('to_status'),
    actor: text('actor'),
    reason: quoted('reason'),
  },
  indices: [{ name: 'status_history_run', columns: ['runId', 'id'] }],
});

const label = new EntitySchema<LabelRow>({
  name: 'Label',
  tableName: 'run_labels',
  columns: { runId: text('run_id', key), name: text('name', key), value: text('value') },
  indices: [{ name: 'run_labels_name', columns: ['name', 'value'] }],
});

const endpoint = new EntitySchema<EndpointRow>({
  name: 'Endpoint',
  tableName: 'target_locks',
  columns: { runId: text('run_id', key), endpoint: text('endpoint', key), shared: bool('shared') },
  indices: [{ name: 'target_locks_endpoint', columns: ['endpoint'] }],
});

const interval = (dialect: Dialect) => {
  const bytes = (name: string, more: Partial<Column> = {}): Column =>
    named(name, { type: dialect === 'postgres' ? 'bytea' : 'blob', ...more });
  return new EntitySchema<IntervalRow>({
    name: 'Interval',
    tableName: 'intervals',
    columns: {
      runId: text('run_id', key),
      shardIndex: int('shard_index', key),
      interval: int('interval_index', key),
      token: big('token', { ...key, default: 0 }),
      operation: text('operation', key),
      counters: json('counters'),
      st: bytes('st'),
      rt: bytes('rt', optional),
      wt: bytes('wt', optional),
      failedSt: bytes('failed_st', optional),
    },
  });
};

const intervalSelf = new EntitySchema<IntervalSelfRow>({
  name: 'IntervalSelf',
  tableName: 'interval_self',
  columns: {
    runId: text('run_id', key),
    shardIndex: int('shard_index', key),
    interval: int('interval_index', key),
    token: big('token', { ...key, default: 0 }),
    executorId: text('executor_id'),
    region: text('region', optional),
    startMs: big('start_ms'),
    lengthMs: real('length_ms'),
    partial: bool('partial'),
    self: json('self'),
  },
});

const log = new EntitySchema<LogRow>({
  name: 'Log',
  tableName: 'run_log',
  columns: {
    id: serial,
    runId: text('run_id'),
    atMs: big('at_ms'),
    level: text('level'),
    source: text('source'),
    message: quoted('message'),
  },
  indices: [{ name: 'run_log_run', columns: ['runId', 'id'] }],
});

const mismatch = new EntitySchema<MismatchRow>({
  name: 'Mismatch',
  tableName: 'mismatches',
  columns: {
    id: serial,
    runId: text('run_id'),
    key: quoted('row_key'),
    column: text('column_name'),
    expected: quoted('expected'),
    found: quoted('found', optional),
  },
  indices: [{ name: 'mismatches_run', columns: ['runId', 'id'] }],
});

const executor = new EntitySchema<ExecutorRow>({
  name: 'Executor',
  tableName: 'executors',
  columns: {
    id: text('id', key),
    labels: json('labels'),
    hostname: text('hostname'),
    pid: int('pid'),
    cores: int('cores'),
    incarnation: text('incarnation', optional),
    aliveAtMs: big('alive_at_ms'),
    runId: text('run_id', optional),
    draining: bool('draining', optional),
    clockOffsetMs: real('clock_offset_ms', optional),
  },
});

/** The tables, for one kind of database. */
export const entitiesOf = (dialect: Dialect) => ({
  run,
  shard,
  history,
  label,
  endpoint,
  interval: interval(dialect),
  intervalSelf,
  log,
  mismatch,
  executor,
  artifactPart,
  annotation,
  ...platformEntities,
  jobLease: jobLeaseEntity,
  scalerState: scalerStateEntity,
  ...datasetEntities,
});
export type Entities = ReturnType<typeof entitiesOf>;
