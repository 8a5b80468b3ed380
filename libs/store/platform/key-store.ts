import type { FindOptionsWhere } from 'typeorm';
import type { ApiKey } from '#libs/contract/api-key.js';
import { CodedError } from '#libs/contract/coded-error.js';
import type { Database } from '../database.js';
import { createOnce } from './creation.js';
import type { Idempotency, KeyStore, Made, Scope, StoredKey } from './port.js';
import type { ApiKeyRow } from './row.js';

const shown = (key: StoredKey): ApiKey => ({
  id: key.id,
  name: key.name,
  role: key.role,
  projectId: key.projectId,
  createdBy: key.createdBy,
  createdAtMs: key.createdAtMs,
  lastUsedAtMs: key.lastUsedAtMs,
  expiresAtMs: key.expiresAtMs,
  revokedAtMs: key.revokedAtMs,
});

/** API keys in the database: their hashes only. */
export class SqlKeyStore implements KeyStore {
  constructor(private readonly database: Database) {}

  any(): Promise<boolean> {
    return this.database.manager.exists(this.database.entities.apiKey);
  }

  create(key: Omit<StoredKey, 'lastUsedAtMs' | 'revokedAtMs'>, idempotency?: Idempotency): Promise<Made<ApiKey>> {
    const { apiKey, project } = this.database.entities;
    return this.database.control(async (manager) => {
      if (key.projectId !== null && !(await manager.existsBy(project, { id: key.projectId })))
        throw new CodedError('NOT_FOUND', `There is no project ${key.projectId}; create it first.`);
      const once = { scope: key.projectId ?? '', nowMs: key.createdAtMs, idempotency };
      const { id, replayed } = await createOnce(this.database, manager, once, async () => {
        await manager.insert(apiKey, key);
        return key.id;
      });
      return { item: shown(await manager.findOneByOrFail(apiKey, { id })), replayed };
    });
  }

  find(id: string): Promise<StoredKey | null> {
    return this.database.manager.findOneBy(this.database.entities.apiKey, { id });
  }

  async list(scope: Scope): Promise<ApiKey[]> {
    const { apiKey } = this.database.entities;
    const where: FindOptionsWhere<ApiKeyRow> = scope === null ? {} : { projectId: scope };
    const rows = await this.database.manager.find(apiKey, { where, order: { createdAtMs: 'DESC', id: 'DESC' } });
    return rows.map(shown);
  }

  async used(id: string, atMs: number): Promise<void> {
    await this.database.append((manager) =>
      manager.update(this.database.entities.apiKey, { id }, { lastUsedAtMs: atMs }),
    );
  }

  revoke(id: string, scope: Scope, atMs: number): Promise<boolean> {
    const { apiKey } = this.database.entities;
    return this.database.control(async (manager) => {
      const found = await manager.findOneBy(apiKey, { id, ...(scope !== null && { projectId: scope }) });
      if (found?.revokedAtMs === null) await manager.update(apiKey, { id }, { revokedAtMs: atMs });
      return found !== null;
    });
  }
}
