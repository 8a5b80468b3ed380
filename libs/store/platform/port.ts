import type { ApiKey } from '#libs/contract/api-key.js';
import type { AuditEntry } from '#libs/contract/audit.js';
import type { Project, Quotas } from '#libs/contract/project.js';
import type { Benchmark, BenchmarkVersion } from '#libs/contract/benchmark.js';
import type { Fire, FireState } from '#libs/contract/schedule.js';
import type { StatusChange } from '#libs/contract/status.js';
import type { Delivery, DeliveryAttempt, DeliveryState, Webhook, WebhookEvent } from '#libs/contract/webhook.js';
import type { ApiKeyRow, FireRow, ScheduleRow } from './row.js';

/** A creating call's Idempotency-Key and what tells its bodies apart; known for a day. */
export interface Idempotency {
  key: string;
  bodyHash: string;
}

/** One page of a list: newest first. */
export interface Page<Item> {
  items: Item[];
  nextCursor: string | null;
}

export interface PageOf {
  limit: number;
  cursor?: string | undefined;
}

/** What may be seen: one project, or all of them. */
export type Scope = string | null;

export interface Made<Item> {
  item: Item;
  /** The Idempotency-Key had made it already. */
  replayed: boolean;
}

export interface CreationStore {
  /**
   * What a call with this key has made, by its id; null when it has made nothing. Throws CodedError IDEMPOTENCY_KEY_REUSED
   * when the key came with another body.
   */
  find(scope: string, idempotency: Idempotency | undefined, nowMs: number): Promise<string | null>;
}

export type StoredKey = ApiKey & Pick<ApiKeyRow, 'hash'>;

export interface KeyStore {
  /** True from the first key on, revoked ones included: revoking the last key must not open the service. */
  any(): Promise<boolean>;
  create(key: Omit<StoredKey, 'lastUsedAtMs' | 'revokedAtMs'>, idempotency?: Idempotency): Promise<Made<ApiKey>>;
  find(id: string): Promise<StoredKey | null>;
  list(scope: Scope): Promise<ApiKey[]>;
  used(id: string, atMs: number): Promise<void>;
  /** False when there is no such key in the scope. Revoking twice keeps the first time. */
  revoke(id: string, scope: Scope, atMs: number): Promise<boolean>;
}

export interface ProjectStore {
  create(
    project: { id: string; name: string; quotas: Quotas },
    nowMs: number,
    idempotency?: Idempotency,
  ): Promise<Made<Project>>;
  find(id: string): Promise<Project | null>;
  list(scope: Scope): Promise<Project[]>;
  /** Throws CodedError NOT_FOUND, PRECONDITION_FAILED when `version` is not the present one. */
  replace(id: string, version: number, change: { name: string; quotas: Quotas }, nowMs: number): Promise<Project>;
  /** Only one without runs, valid keys, benchmarks, schedules, webhooks and datasets: CodedError CONFLICT, NOT_FOUND. */
  delete(id: string, nowMs: number): Promise<void>;
  /** The project of a run; null when there is no such run. */
  ofRun(runId: string): Promise<string | null>;
}

export interface AuditFilter extends PageOf {
  keyId?: string | undefined;
  fromMs?: number | undefined;
  toMs?: number | undefined;
}

export interface AuditStore {
  add(entry: Omit<AuditEntry, 'id'>): Promise<void>;
  list(scope: Scope, filter: AuditFilter): Promise<Page<AuditEntry>>;
  /** Forgets what is older. */
  prune(beforeMs: number): Promise<void>;
}

/** A definition that may hold secrets: `open` is what is shown, `whole` what is run; the same when nothing is secret. */
export interface Sealable {
  open: object;
  whole: object;
}

export interface NewBenchmark {
  id: string;
  projectId: string;
  name: string;
  description: string;
  definition: Sealable;
  note: string;
  actor: string;
}

export interface BenchmarkStore {
  create(benchmark: NewBenchmark, nowMs: number, idempotency?: Idempotency): Promise<Made<Benchmark>>;
  find(id: string, scope: Scope): Promise<Benchmark | null>;
  list(scope: Scope, page: PageOf): Promise<Page<Benchmark>>;
  versions(id: string): Promise<BenchmarkVersion[]>;
  /** The definition with its secrets; the latest version when none is given. Null when there is none. */
  definition(id: string, version?: number): Promise<{ version: number; definition: unknown } | null>;
  /** A new version. Throws CodedError PRECONDITION_FAILED when `version` is not the present one. */
  replace(
    id: string,
    version: number,
    change: Omit<NewBenchmark, 'id' | 'projectId'>,
    nowMs: number,
  ): Promise<Benchmark>;
  /** Throws CodedError CONFLICT while a schedule starts it. Runs that were made of it stay. */
  delete(id: string): Promise<void>;
}

export type StoredSchedule = Omit<ScheduleRow, 'sealed'>;

/** What a caller decides of a schedule. */
export type ScheduleWish = Pick<
  ScheduleRow,
  | 'name'
  | 'cron'
  | 'timeZone'
  | 'paused'
  | 'benchmarkId'
  | 'benchmarkVersion'
  | 'overlap'
  | 'missed'
  | 'lateAfterMs'
  | 'nextDueAtMs'
> & { overrides: Sealable | null; definition: Sealable | null };

export interface ScheduleStore {
  create(
    schedule: ScheduleWish & { id: string; projectId: string; createdBy: string },
    nowMs: number,
    idempotency?: Idempotency,
  ): Promise<Made<StoredSchedule>>;
  find(id: string, scope: Scope): Promise<StoredSchedule | null>;
  list(scope: Scope, page: PageOf): Promise<Page<StoredSchedule>>;
  /** Definition and overrides with their secrets. */
  secrets(id: string): Promise<{ definition: unknown; overrides: unknown } | null>;
  /** While cron and time zone are the same, the due time stays that is next, even one that has come. */
  replace(id: string, version: number, change: ScheduleWish, nowMs: number): Promise<StoredSchedule>;
  /** Its due times go on from `nextDueAtMs`, or stop while paused. */
  pause(id: string, paused: boolean, nextDueAtMs: number | null, nowMs: number): Promise<StoredSchedule>;
  delete(id: string): Promise<void>;
  fires(id: string, page: PageOf): Promise<Page<Fire>>;
  due(nowMs: number): Promise<StoredSchedule[]>;
  /**
   * Writes what becomes of the due times up to now, once over all replicas, and answers what it has written: nothing when
   * another replica was first. `due` is the due time that the decision was made from.
   */
  take(
    id: string,
    due: number,
    fires: readonly NewFire[],
    nextDueAtMs: number | null,
    leaseUntilMs: number,
  ): Promise<NewFire[]>;
  /** Due times whose run is still to be made and nobody is making: taken by this call until `leaseUntilMs`. */
  retake(nowMs: number, leaseUntilMs: number): Promise<TakenFire[]>;
  /** False when another replica has finished it. */
  finishFire(id: string, dueAtMs: number, end: FireEnd): Promise<boolean>;
  /** Runs that it started and that have not ended, the oldest first; steps of theirs are not among them. */
  openRuns(id: string): Promise<string[]>;
}

export type NewFire = Pick<FireRow, 'dueAtMs' | 'state' | 'reason' | 'atMs'>;

/** A due time whose run is to be made, and when that was decided. */
export type TakenFire = Pick<FireRow, 'scheduleId' | 'dueAtMs' | 'atMs'>;

/** What became of a due time. */
export interface FireEnd {
  state: Exclude<FireState, 'firing'>;
  runId: string | null;
  reason: string;
}

export interface WebhookWish {
  name: string;
  url: string;
  events: WebhookEvent[];
  runId: string | null;
  scheduleId: string | null;
  /** Steps of suites and probes of searches as well. */
  steps: boolean;
  active: boolean;
}

/** A delivery that this process may try until its lease ends. */
export interface TakenDelivery {
  id: string;
  webhookId: string;
  runId: string;
  historyId: number;
  event: WebhookEvent;
  payload: string | null;
  attempts: number;
  createdAtMs: number;
  url: string;
  /** Null: it was encrypted with another key than this process has. */
  secret: string | null;
}

export interface WebhookStore {
  create(
    webhook: WebhookWish & { id: string; projectId: string; secret: string },
    nowMs: number,
    idempotency?: Idempotency,
  ): Promise<Made<Webhook>>;
  find(id: string, scope: Scope): Promise<Webhook | null>;
  list(scope: Scope, page: PageOf): Promise<Page<Webhook>>;
  replace(
    id: string,
    version: number,
    change: WebhookWish & { secret: string | undefined },
    nowMs: number,
  ): Promise<Webhook>;
  delete(id: string): Promise<void>;
}

export interface DeliveryStore {
  /** One delivery for each webhook that wants what came into the histories since the last call, whichever replica calls. */
  enqueue(nowMs: number): Promise<void>;
  list(webhookId: string, page: PageOf & { runId?: string | undefined }): Promise<Page<Delivery>>;
  find(webhookId: string, id: string): Promise<Delivery | null>;
  /** The same payload as a delivery of its own. Null when there is no such delivery. */
  redeliver(webhookId: string, id: string, nowMs: number, idempotency?: Idempotency): Promise<Made<Delivery> | null>;
  /**
   * Deliveries of active webhooks that are due, each to one caller only until `leaseUntilMs`. Of one webhook no more than
   * `perWebhook` are taken at a time, over all callers; webhooks of which fewer are taken come first.
   */
  take(nowMs: number, leaseUntilMs: number, room: { limit: number; perWebhook: number }): Promise<TakenDelivery[]>;
  /** What changed, for the payload. */
  change(historyId: number): Promise<StatusChange | null>;
  keepPayload(id: string, payload: string): Promise<void>;
  postpone(id: string, untilMs: number): Promise<void>;
  /** Writes down a try; `retryAtMs` null ends the delivery, as delivered or failed. */
  tried(id: string, attempt: DeliveryAttempt, end: { state: DeliveryState; retryAtMs: number | null }): Promise<void>;
  /** Forgets deliveries that ended before, with their tries; those that are pending stay. */
  prune(endedBeforeMs: number): Promise<void>;
}

/** Keys, projects, benchmarks, schedules, webhooks and the records of their use. */
export interface PlatformStore {
  creations: CreationStore;
  benchmarks: BenchmarkStore;
  schedules: ScheduleStore;
  webhooks: WebhookStore;
  deliveries: DeliveryStore;
  keys: KeyStore;
  projects: ProjectStore;
  audit: AuditStore;
}
