import { LessThan, type EntityManager } from 'typeorm';
import { CodedError } from '#libs/contract/coded-error.js';
import type { Database } from '../database.js';
import type { Idempotency } from './port.js';

const KEPT_MS = 86_400_000;

/**
 * Makes something once per Idempotency-Key and scope, inside the control transaction that makes it: of two replicas with
 * the same call, the second one finds the first one's row. `make` answers the id of what it has made. Throws CodedError
 * IDEMPOTENCY_KEY_REUSED when the key came with another body.
 */
export async function createOnce(
  database: Database,
  manager: EntityManager,
  { scope, nowMs, idempotency }: { scope: string; nowMs: number; idempotency: Idempotency | undefined },
  make: () => Promise<string>,
): Promise<{ id: string; replayed: boolean }> {
  if (idempotency === undefined) return { id: await make(), replayed: false };
  const { creation } = database.entities;
  const { key, bodyHash } = idempotency;
  await manager.delete(creation, { createdAtMs: LessThan(nowMs - KEPT_MS) });
  const earlier = await manager.findOneBy(creation, { scope, key });
  if (earlier && earlier.bodyHash !== bodyHash)
    throw new CodedError(
      'IDEMPOTENCY_KEY_REUSED',
      'this Idempotency-Key came with another call or body before: use a new key for something new',
    );
  if (earlier) return { id: earlier.resourceId, replayed: true };
  const id = await make();
  await manager.insert(creation, { scope, key, bodyHash, resourceId: id, createdAtMs: nowMs });
  return { id, replayed: false };
}
