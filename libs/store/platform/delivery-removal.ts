import { In, type EntityManager, type FindOptionsWhere } from 'typeorm';
import type { DeliveryState } from '#libs/contract/webhook.js';
import type { Database } from '../database.js';
import type { DeliveryRow } from './row.js';

const AT_ONCE = 500;

/** States in which nothing more is sent. */
export const OVER: readonly DeliveryState[] = ['delivered', 'failed'];

/** Deletes deliveries with their tries, some hundred at once; false when there are no more. */
export async function removeDeliveries(
  { entities }: Database,
  manager: EntityManager,
  where: FindOptionsWhere<DeliveryRow>,
): Promise<boolean> {
  const { delivery, attempt } = entities;
  const rows = await manager.find(delivery, { where, select: { id: true }, take: AT_ONCE });
  const ids = rows.map(({ id }) => id);
  await manager.delete(attempt, { deliveryId: In(ids) });
  await manager.delete(delivery, { id: In(ids) });
  return rows.length === AT_ONCE;
}
