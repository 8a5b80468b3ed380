import { LessThan, type EntityManager } from 'typeorm';
import { CodedError } from '#libs/contract/coded-error.js';
import type { Database } from '../database.js';
import type { CreationStore, Idempotency } from './port.js';
import type { CreationRow } from './row.js';

const KEPT_MS = 86_400_000;

/**
 * Makes something once per Idempotency-Key and scope, inside the control transaction that makes it: of two replicas with
 * the same call, the second one finds the first one's row. `make` answers the id of what it has made. Throws CodedError
 * IDEMPOTENCY_KEY_REUSED when the key came with another body. Whoever deletes what was made deletes its row here too.
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
  if (earlier) return { id: sameBody(earlier, idempotency), replayed: true };
  const id = await make();
  await manager.insert(creation, { scope, key, bodyHash, resourceId: id, createdAtMs: nowMs });
  return { id, replayed: false };
}

/** What creating calls have made, looked up before a call is checked: what made something once may be refused by now. */
export class SqlCreationStore implements CreationStore {
  constructor(private readonly database: Database) {}

  async find(scope: string, idempotency: Idempotency | undefined, nowMs: number): Promise<string | null> {
    if (idempotency === undefined) return null;
    const { manager, entities } = this.database;
    const earlier = await manager.findOneBy(entities.creation, { scope, key: idempotency.key });
    if (!earlier || earlier.createdAtMs < nowMs - KEPT_MS) return null;
    return sameBody(earlier, idempotency);
  }
}

/** The id of what was made. Throws CodedError IDEMPOTENCY_KEY_REUSED. */
function sameBody(earlier: CreationRow, { bodyHash }: Idempotency): string {
  if (earlier.bodyHash === bodyHash) return earlier.resourceId;
  throw new CodedError(
    'IDEMPOTENCY_KEY_REUSED',
    'this Idempotency-Key came with another call or body before: use a new key for something new',
  );
}
