import type { ApiKey } from '#libs/contract/api-key.js';
import type { AuditEntry } from '#libs/contract/audit.js';
import type { Project, Quotas } from '#libs/contract/project.js';
import type { ApiKeyRow } from './row.js';

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
  /** Only one without runs, keys, benchmarks, schedules and webhooks: CodedError CONFLICT, NOT_FOUND. */
  delete(id: string): Promise<void>;
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

/** Keys, projects, benchmarks, schedules, webhooks and the records of their use. */
export interface PlatformStore {
  keys: KeyStore;
  projects: ProjectStore;
  audit: AuditStore;
}
