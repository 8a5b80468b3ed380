import { In, type EntityManager } from 'typeorm';
import type { Database } from '../database.js';
import type { DeliveryRow } from './row.js';

/**
 * Which deliveries of active webhooks are to be tried now, in this order: of each webhook the ones that wait longest, and no
 * more than `perWebhook` together with those that somebody tries already; first those of webhooks of which the fewest are
 * tried, so that a slow receiver holds up no other.
 */
export async function dueDeliveries(
  { entities }: Database,
  manager: EntityManager,
  nowMs: number,
  { limit, perWebhook }: { limit: number; perWebhook: number },
): Promise<DeliveryRow[]> {
  const { delivery, webhook } = entities;
  const due = await manager
    .createQueryBuilder()
    .select('due.id', 'id')
    .addSelect('due.place', 'place')
    .addSelect('due.at_ms', 'at_ms')
    .from(
      (inner) =>
        inner
          .select('one.id', 'id')
          .addSelect('one.nextAttemptAtMs', 'at_ms')
          .addSelect('one.leaseUntilMs', 'lease_until_ms')
          // Those that are tried already take the first places.
          .addSelect(
            'ROW_NUMBER() OVER (PARTITION BY one.webhookId ORDER BY (CASE WHEN one.leaseUntilMs > :nowMs THEN 0 ELSE 1 END), one.nextAttemptAtMs, one.id)',
            'place',
          )
          .from(delivery, 'one')
          .where('one.state = :state AND one.nextAttemptAtMs <= :nowMs')
          .andWhere(
            `one.webhookId IN ${inner.subQuery().select('hook.id').from(webhook, 'hook').where('hook.active = :active').getQuery()}`,
          ),
      'due',
    )
    .where('due.place <= :perWebhook AND due.lease_until_ms <= :nowMs')
    .setParameters({ nowMs, perWebhook, active: true, state: 'pending' })
    .orderBy('place')
    .addOrderBy('at_ms')
    .limit(limit)
    .getRawMany<{ id: string }>();
  if (due.length === 0) return [];
  const ids = due.map(({ id }) => id);
  const rows = await manager.findBy(delivery, { id: In(ids) });
  return ids.flatMap((id) => rows.find((row) => row.id === id) ?? []);
}
