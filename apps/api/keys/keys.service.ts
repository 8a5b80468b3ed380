import { Injectable } from '@nestjs/common';
import type { ApiKey, CreateApiKey, CreatedApiKey } from '#libs/contract/api-key.js';
import { CodedError } from '#libs/contract/problem.js';
import type { Store } from '#libs/store/port.js';
import type { ApiConfig } from '../config.js';
import { idempotencyOf } from '../http/idempotency.js';
import { invalid } from '../problem/validation.pipe.js';
import { InjectConfig, InjectNowMs, InjectStore, type NowMs } from '../tokens.js';
import type { Caller } from './caller.js';
import { bearerOf, carriesKey, idOf, makeKey, matches } from './key-text.js';

/** How exactly the last use is kept: a write for every request would cost more than it tells. */
const LAST_USED_MS = 60_000;

const ANYBODY: Caller = { actor: 'api', keyId: null, role: 'admin', projectId: null };
const BOOTSTRAP: Caller = { actor: 'admin', keyId: null, role: 'admin', projectId: null };

const refused = (cause: string): CodedError =>
  new CodedError(
    'UNAUTHENTICATED',
    `${cause}; send Authorization: Bearer <key>, TIDEMARK_API_KEY or one of POST /v1/api-keys.`,
  );

/** API keys: who a request comes from, and their making and revoking. */
@Injectable()
export class Keys {
  private isRequired = false;

  constructor(
    @InjectStore() private readonly store: Store,
    @InjectConfig() private readonly config: ApiConfig,
    @InjectNowMs() private readonly nowMs: NowMs,
  ) {}

  /** Throws CodedError UNAUTHENTICATED. */
  async authenticate(authorization: string | undefined): Promise<Caller> {
    const { apiKey } = this.config;
    if (apiKey !== undefined && carriesKey(authorization, apiKey)) return BOOTSTRAP;
    const given = bearerOf(authorization);
    if (given === undefined) {
      if (!(await this.required())) return ANYBODY;
      throw refused(authorization === undefined ? 'The request has no key' : 'The request has no bearer key');
    }
    const id = idOf(given);
    const stored = id === undefined ? null : await this.store.platform.keys.find(id);
    if (stored === null || !matches(given, stored.hash)) {
      if (!(await this.required())) return ANYBODY;
      throw refused('The key of the request is not the right one');
    }
    const nowMs = this.nowMs();
    if (stored.revokedAtMs !== null) throw refused(`The key ${stored.name} was revoked`);
    if (stored.expiresAtMs !== null && stored.expiresAtMs <= nowMs) throw refused(`The key ${stored.name} has expired`);
    if (stored.lastUsedAtMs === null || nowMs - stored.lastUsedAtMs >= LAST_USED_MS)
      await this.store.platform.keys.used(stored.id, nowMs);
    const { name, role, projectId } = stored;
    return { actor: `key:${name}`, keyId: stored.id, role, projectId };
  }

  /** Whether who was let in still would be: the key was not revoked and has not expired, or there still is no key at all. */
  async stillHolds({ actor, keyId }: Pick<Caller, 'actor' | 'keyId'>): Promise<boolean> {
    if (keyId === null) return actor === BOOTSTRAP.actor || !(await this.required());
    const stored = await this.store.platform.keys.find(keyId);
    if (stored === null || stored.revokedAtMs !== null) return false;
    return stored.expiresAtMs === null || stored.expiresAtMs > this.nowMs();
  }

  async create(caller: Caller, body: CreateApiKey, idempotencyKey: string | undefined): Promise<CreatedApiKey> {
    const { name, role, projectId = caller.projectId, expiresAtMs = null } = body;
    if (caller.projectId !== null && projectId !== caller.projectId)
      throw new CodedError('FORBIDDEN', `Your key is of project ${caller.projectId}; it makes keys for that one only.`);
    const createdAtMs = this.nowMs();
    if (expiresAtMs !== null && expiresAtMs <= createdAtMs)
      throw invalid(
        [{ path: 'expiresAtMs', message: `expected a time after now (${createdAtMs}), found ${expiresAtMs}` }],
        'request body',
      );
    // The first key closes the service for everybody without one: if it could not make another, nobody could.
    if ((role !== 'admin' || projectId !== null) && !(await this.required()))
      throw new CodedError(
        'CONFLICT',
        'The first key has to be an admin of every project, or nobody could make another; or set TIDEMARK_API_KEY.',
      );
    const { id, key, hash } = makeKey();
    const made = await this.store.platform.keys.create(
      { id, hash, name, role, projectId, expiresAtMs, createdAtMs, createdBy: caller.actor },
      idempotencyOf(idempotencyKey, 'createApiKey', body, this.config.secretKey),
    );
    return { ...made.item, key: made.replayed ? null : key };
  }

  list(caller: Caller): Promise<ApiKey[]> {
    return this.store.platform.keys.list(caller.projectId);
  }

  async revoke(caller: Caller, id: string): Promise<void> {
    if (!(await this.store.platform.keys.revoke(id, caller.projectId, this.nowMs())))
      throw new CodedError('NOT_FOUND', `There is no API key ${id}; GET /v1/api-keys lists them.`);
  }

  private async required(): Promise<boolean> {
    // Keys are never forgotten, so that one that was there stays there.
    this.isRequired ||= this.config.apiKey !== undefined || (await this.store.platform.keys.any());
    return this.isRequired;
  }
}
