import type { EntitySchema, SelectQueryBuilder } from 'typeorm';
import type { EntityManager } from 'typeorm';
import { readCursor, writeCursor } from './cursor.js';
import type { Page, PageOf, Scope } from './port.js';

interface Listed {
  id: string;
  projectId: string;
  createdAtMs: number;
}

/** A page of what belongs to projects, newest first. */
export async function pageOf<Row extends Listed>(
  manager: EntityManager,
  entity: EntitySchema<Row>,
  scope: Scope,
  { limit, cursor }: PageOf,
): Promise<Page<Row>> {
  const query: SelectQueryBuilder<Row> = manager
    .createQueryBuilder(entity, 'one')
    .orderBy('one.createdAtMs', 'DESC')
    .addOrderBy('one.id', 'DESC')
    .take(limit + 1);
  if (scope !== null) query.andWhere('one.projectId = :scope', { scope });
  if (cursor !== undefined) {
    const { number, id } = readCursor(cursor);
    query.andWhere('(one.createdAtMs < :atMs OR (one.createdAtMs = :atMs AND one.id < :id))', { atMs: number, id });
  }
  const rows = await query.getMany();
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return { items, nextCursor: rows.length > limit && last ? writeCursor(last.createdAtMs, last.id) : null };
}
