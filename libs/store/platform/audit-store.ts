import { LessThan } from 'typeorm';
import type { AuditEntry } from '#libs/contract/audit.js';
import type { Database } from '../database.js';
import { readCursor, writeCursor } from './cursor.js';
import type { AuditFilter, AuditStore, Page, Scope } from './port.js';

/** Who changed what, in the database. */
export class SqlAuditStore implements AuditStore {
  constructor(private readonly database: Database) {}

  async add(entry: Omit<AuditEntry, 'id'>): Promise<void> {
    await this.database.append((manager) => manager.insert(this.database.entities.audit, entry));
  }

  async list(scope: Scope, { limit, cursor, keyId, fromMs, toMs }: AuditFilter): Promise<Page<AuditEntry>> {
    const query = this.database.manager
      .createQueryBuilder(this.database.entities.audit, 'audit')
      .orderBy('audit.id', 'DESC')
      .take(limit + 1);
    if (scope !== null) query.andWhere('audit.projectId = :scope', { scope });
    if (keyId !== undefined) query.andWhere('audit.keyId = :keyId', { keyId });
    if (fromMs !== undefined) query.andWhere('audit.atMs >= :fromMs', { fromMs });
    if (toMs !== undefined) query.andWhere('audit.atMs < :toMs', { toMs });
    if (cursor !== undefined) query.andWhere('audit.id < :before', { before: readCursor(cursor).number });
    const rows = await query.getMany();
    const items = rows.slice(0, limit).map((row) => ({ ...row, answered: row.answered ?? true }));
    const last = items.at(-1);
    return { items, nextCursor: rows.length > limit && last ? writeCursor(last.id) : null };
  }

  async prune(beforeMs: number): Promise<void> {
    await this.database.append((manager) => manager.delete(this.database.entities.audit, { atMs: LessThan(beforeMs) }));
  }
}
