import type { Role } from '#libs/contract/api-key.js';
import type { Quotas } from '#libs/contract/project.js';
import type { FireState, Overlap, MissedPolicy } from '#libs/contract/schedule.js';
import type { DeliveryState, WebhookEvent } from '#libs/contract/webhook.js';

/* Rows of what belongs to people and their teams, as the database has them. */

export interface ApiKeyRow {
  id: string;
  /** Null: all projects. */
  projectId: string | null;
  name: string;
  role: Role;
  /** SHA-256 of the whole key, hexadecimal. */
  hash: string;
  createdBy: string;
  createdAtMs: number;
  lastUsedAtMs: number | null;
  expiresAtMs: number | null;
  revokedAtMs: number | null;
}

export interface ProjectRow {
  id: string;
  name: string;
  quotas: Quotas;
  /** Rises with every claim over all projects: the project with the lowest has waited longest. */
  turn: number;
  version: number;
  createdAtMs: number;
  updatedAtMs: number;
}

/** What a creating call with an Idempotency-Key has made. */
export interface CreationRow {
  scope: string;
  key: string;
  bodyHash: string;
  resourceId: string;
  createdAtMs: number;
}

export interface AuditRow {
  id: number;
  atMs: number;
  actor: string;
  keyId: string | null;
  projectId: string | null;
  method: string;
  route: string;
  path: string;
  status: number;
  /** Null of entries from before it was written: those were of answered calls. */
  answered: boolean | null;
  /** Where what was made is. */
  location: string | null;
  correlationId: string;
}

export interface BenchmarkRow {
  id: string;
  projectId: string;
  name: string;
  description: string;
  version: number;
  createdAtMs: number;
  updatedAtMs: number;
}

export interface BenchmarkVersionRow {
  benchmarkId: string;
  version: number;
  /** Without secrets. */
  definition: object;
  /** The whole definition, encrypted; null when nothing of it is secret. */
  sealed: string | null;
  note: string;
  actor: string;
  createdAtMs: number;
}

export interface ScheduleRow {
  id: string;
  projectId: string;
  name: string;
  cron: string;
  timeZone: string;
  paused: boolean;
  benchmarkId: string | null;
  /** Null: the latest at each due time. */
  benchmarkVersion: number | null;
  /** Merge patch on the benchmark's definition. */
  overrides: object | null;
  /** Inline, without secrets; null for a benchmark's. */
  definition: object | null;
  /** Definition and overrides with their secrets, encrypted; null when nothing of them is secret. */
  sealed: string | null;
  overlap: Overlap;
  missed: MissedPolicy;
  lateAfterMs: number;
  nextDueAtMs: number | null;
  createdBy: string;
  version: number;
  createdAtMs: number;
  updatedAtMs: number;
}

export interface FireRow {
  scheduleId: string;
  dueAtMs: number;
  state: FireState;
  runId: string | null;
  reason: string;
  atMs: number;
  /** While the state is `firing`: until when the replica that took it may take to create the run. */
  leaseUntilMs: number;
}

export interface WebhookRow {
  id: string;
  projectId: string;
  name: string;
  url: string;
  events: WebhookEvent[];
  runId: string | null;
  scheduleId: string | null;
  /** Steps of suites and probes of searches as well. */
  steps: boolean;
  /** Encrypted. */
  secret: string;
  active: boolean;
  /** Only what came into the histories after this. */
  afterHistoryId: number;
  version: number;
  createdAtMs: number;
  updatedAtMs: number;
}

export interface DeliveryRow {
  id: string;
  webhookId: string;
  runId: string;
  historyId: number;
  event: WebhookEvent;
  /** 0, and one more for each redelivery that was asked for. */
  repeat: number;
  /** What is sent, the same at every try; null until the first. */
  payload: string | null;
  state: DeliveryState;
  attempts: number;
  nextAttemptAtMs: number;
  leaseUntilMs: number;
  createdAtMs: number;
  deliveredAtMs: number | null;
}

export interface AttemptRow {
  id: number;
  deliveryId: string;
  atMs: number;
  status: number | null;
  latencyMs: number;
  excerpt: string;
  error: string | null;
}

/** How far a reader of a growing table has come. */
export interface CursorRow {
  name: string;
  position: number;
}
