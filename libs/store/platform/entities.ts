import { EntitySchema } from 'typeorm';
import { big, bool, int, json, key, optional, serial, text } from '../column.js';
import type * as rows from './row.js';

const apiKey = new EntitySchema<rows.ApiKeyRow>({
  name: 'ApiKey',
  tableName: 'api_keys',
  columns: {
    id: text('id', key),
    projectId: text('project_id', optional),
    name: text('name'),
    role: text('role'),
    hash: text('hash'),
    createdBy: text('created_by'),
    createdAtMs: big('created_at_ms'),
    lastUsedAtMs: big('last_used_at_ms', optional),
    expiresAtMs: big('expires_at_ms', optional),
    revokedAtMs: big('revoked_at_ms', optional),
  },
});

const project = new EntitySchema<rows.ProjectRow>({
  name: 'Project',
  tableName: 'projects',
  columns: {
    id: text('id', key),
    name: text('name'),
    quotas: json('quotas'),
    turn: big('turn'),
    version: int('version'),
    createdAtMs: big('created_at_ms'),
    updatedAtMs: big('updated_at_ms'),
  },
});

const creation = new EntitySchema<rows.CreationRow>({
  name: 'Creation',
  tableName: 'creations',
  columns: {
    scope: text('scope', key),
    key: text('idempotency_key', key),
    bodyHash: text('body_hash'),
    resourceId: text('resource_id'),
    createdAtMs: big('created_at_ms'),
  },
  indices: [
    { name: 'creations_age', columns: ['createdAtMs'] },
    { name: 'creations_resource', columns: ['resourceId'] },
  ],
});

const audit = new EntitySchema<rows.AuditRow>({
  name: 'Audit',
  tableName: 'audit_log',
  columns: {
    id: serial,
    atMs: big('at_ms'),
    actor: text('actor'),
    keyId: text('key_id', optional),
    projectId: text('project_id', optional),
    method: text('method'),
    route: text('route'),
    path: text('path'),
    status: int('status'),
    answered: bool('answered', optional),
    location: text('location', optional),
    correlationId: text('correlation_id'),
  },
  indices: [{ name: 'audit_log_project', columns: ['projectId', 'id'] }],
});

const benchmark = new EntitySchema<rows.BenchmarkRow>({
  name: 'Benchmark',
  tableName: 'benchmarks',
  columns: {
    id: text('id', key),
    projectId: text('project_id'),
    name: text('name'),
    description: text('description'),
    version: int('version'),
    createdAtMs: big('created_at_ms'),
    updatedAtMs: big('updated_at_ms'),
  },
  indices: [{ name: 'benchmarks_name', columns: ['projectId', 'name'], unique: true }],
});

const benchmarkVersion = new EntitySchema<rows.BenchmarkVersionRow>({
  name: 'BenchmarkVersion',
  tableName: 'benchmark_versions',
  columns: {
    benchmarkId: text('benchmark_id', key),
    version: int('version', key),
    definition: json('definition'),
    sealed: text('sealed', optional),
    note: text('note'),
    actor: text('actor'),
    createdAtMs: big('created_at_ms'),
  },
});

const schedule = new EntitySchema<rows.ScheduleRow>({
  name: 'Schedule',
  tableName: 'schedules',
  columns: {
    id: text('id', key),
    projectId: text('project_id'),
    name: text('name'),
    cron: text('cron'),
    timeZone: text('time_zone'),
    paused: bool('paused'),
    benchmarkId: text('benchmark_id', optional),
    benchmarkVersion: int('benchmark_version', optional),
    overrides: json('overrides', optional),
    definition: json('definition', optional),
    sealed: text('sealed', optional),
    overlap: text('overlap'),
    missed: text('missed'),
    lateAfterMs: big('late_after_ms'),
    nextDueAtMs: big('next_due_at_ms', optional),
    createdBy: text('created_by'),
    version: int('version'),
    createdAtMs: big('created_at_ms'),
    updatedAtMs: big('updated_at_ms'),
  },
  indices: [
    { name: 'schedules_due', columns: ['nextDueAtMs'] },
    { name: 'schedules_project', columns: ['projectId', 'createdAtMs'] },
  ],
});

const fire = new EntitySchema<rows.FireRow>({
  name: 'Fire',
  tableName: 'fires',
  columns: {
    scheduleId: text('schedule_id', key),
    dueAtMs: big('due_at_ms', key),
    state: text('state'),
    runId: text('run_id', optional),
    reason: text('reason'),
    atMs: big('at_ms'),
    leaseUntilMs: big('lease_until_ms'),
  },
  indices: [{ name: 'fires_state', columns: ['state'] }],
});

const webhook = new EntitySchema<rows.WebhookRow>({
  name: 'Webhook',
  tableName: 'webhooks',
  columns: {
    id: text('id', key),
    projectId: text('project_id'),
    name: text('name'),
    url: text('url'),
    events: json('events'),
    runId: text('run_id', optional),
    scheduleId: text('schedule_id', optional),
    steps: bool('steps', { default: false }),
    secret: text('secret'),
    active: bool('active'),
    afterHistoryId: big('after_history_id'),
    version: int('version'),
    createdAtMs: big('created_at_ms'),
    updatedAtMs: big('updated_at_ms'),
  },
  indices: [{ name: 'webhooks_project', columns: ['projectId', 'createdAtMs'] }],
});

const delivery = new EntitySchema<rows.DeliveryRow>({
  name: 'Delivery',
  tableName: 'deliveries',
  columns: {
    id: text('id', key),
    webhookId: text('webhook_id'),
    runId: text('run_id'),
    historyId: big('history_id'),
    event: text('event'),
    repeat: int('repeat_number'),
    payload: text('payload', optional),
    state: text('state'),
    attempts: int('attempts'),
    nextAttemptAtMs: big('next_attempt_at_ms'),
    leaseUntilMs: big('lease_until_ms'),
    createdAtMs: big('created_at_ms'),
    deliveredAtMs: big('delivered_at_ms', optional),
  },
  indices: [
    { name: 'deliveries_once', columns: ['webhookId', 'historyId', 'event', 'repeat'], unique: true },
    { name: 'deliveries_due', columns: ['state', 'nextAttemptAtMs'] },
    { name: 'deliveries_run', columns: ['runId'] },
  ],
});

const attempt = new EntitySchema<rows.AttemptRow>({
  name: 'Attempt',
  tableName: 'delivery_attempts',
  columns: {
    id: serial,
    deliveryId: text('delivery_id'),
    atMs: big('at_ms'),
    status: int('status', optional),
    latencyMs: int('latency_ms'),
    excerpt: text('excerpt'),
    error: text('error', optional),
  },
  indices: [{ name: 'delivery_attempts_delivery', columns: ['deliveryId', 'id'] }],
});

const cursor = new EntitySchema<rows.CursorRow>({
  name: 'Cursor',
  tableName: 'cursors',
  columns: { name: text('name', key), position: big('position') },
});

/** Keys, projects, benchmarks, schedules, webhooks and the records of their use. */
export const platformEntities = {
  apiKey,
  project,
  creation,
  audit,
  benchmark,
  benchmarkVersion,
  schedule,
  fire,
  webhook,
  delivery,
  attempt,
  cursor,
};
