import type { EntityManager } from 'typeorm';
import { CodedError } from '#libs/contract/coded-error.js';
import type { Webhook } from '#libs/contract/webhook.js';
import type { Database } from '../database.js';
import type { Vault } from '../vault.js';
import { createOnce } from './creation.js';
import { removeDeliveries } from './delivery-removal.js';
import { pageOf } from './paging.js';
import type { Idempotency, Made, Page, PageOf, Scope, WebhookStore, WebhookWish } from './port.js';
import { refuseStale } from './project-store.js';
import type { WebhookRow } from './row.js';

/** Under this name `cursors` says how far the histories have been looked through. */
export const HISTORY_CURSOR = 'webhooks';

const shown = (row: WebhookRow): Webhook => ({
  id: row.id,
  projectId: row.projectId,
  name: row.name,
  url: row.url,
  events: row.events,
  runId: row.runId,
  scheduleId: row.scheduleId,
  steps: row.steps,
  active: row.active,
  version: row.version,
  createdAtMs: row.createdAtMs,
  updatedAtMs: row.updatedAtMs,
});

/** Webhooks in the database; their secrets encrypted. */
export class SqlWebhookStore implements WebhookStore {
  constructor(
    private readonly database: Database,
    private readonly vault: Vault,
  ) {}

  create(
    { secret, ...given }: WebhookWish & { id: string; projectId: string; secret: string },
    nowMs: number,
    idempotency?: Idempotency,
  ): Promise<Made<Webhook>> {
    const { webhook } = this.database.entities;
    return this.database.control(async (manager) => {
      const once = { scope: given.projectId, nowMs, idempotency };
      const { id, replayed } = await createOnce(this.database, manager, once, async () => {
        const latest = await this.latest(manager, given.active);
        const kept = { version: 1, createdAtMs: nowMs, updatedAtMs: nowMs, afterHistoryId: latest };
        await manager.insert(webhook, { ...given, ...kept, secret: this.vault.seal(secret) });
        return given.id;
      });
      return { item: shown(await manager.findOneByOrFail(webhook, { id })), replayed };
    });
  }

  async find(id: string, scope: Scope): Promise<Webhook | null> {
    const where = { id, ...(scope !== null && { projectId: scope }) };
    const found = await this.database.manager.findOneBy(this.database.entities.webhook, where);
    return found && shown(found);
  }

  async list(scope: Scope, page: PageOf): Promise<Page<Webhook>> {
    const found = await pageOf(this.database.manager, this.database.entities.webhook, scope, page);
    return { items: found.items.map(shown), nextCursor: found.nextCursor };
  }

  replace(
    id: string,
    version: number,
    { secret, ...change }: WebhookWish & { secret: string | undefined },
    nowMs: number,
  ): Promise<Webhook> {
    const { webhook } = this.database.entities;
    return this.database.control(async (manager) => {
      const found = await manager.findOneBy(webhook, { id });
      if (!found) throw new CodedError('NOT_FOUND', `There is no webhook ${id}.`);
      refuseStale(found.version, version);
      const sealed = secret === undefined ? {} : { secret: this.vault.seal(secret) };
      const wakes = change.active && !found.active;
      const after = wakes ? { afterHistoryId: await this.latest(manager, true) } : {};
      const stamp = { version: version + 1, updatedAtMs: nowMs };
      await manager.update(webhook, { id }, { ...change, ...sealed, ...after, ...stamp });
      return shown(await manager.findOneByOrFail(webhook, { id }));
    });
  }

  delete(id: string): Promise<void> {
    const { webhook, creation } = this.database.entities;
    return this.database.control(async (manager) => {
      while (await removeDeliveries(this.database, manager, { webhookId: id }));
      // Its own, and those of its redeliveries.
      await manager.delete(creation, [{ resourceId: id }, { scope: id }]);
      await manager.delete(webhook, { id });
    });
  }

  /** The newest line of all histories: a webhook that begins now hears of what comes after it. */
  private async latest(manager: EntityManager, isActive: boolean): Promise<number> {
    const { webhook, history, cursor } = this.database.entities;
    const latest = Number((await manager.maximum(history, 'id')) ?? 0);
    // While no webhook is active nobody reads the histories: the next one need not wait for all of them.
    if (isActive && !(await manager.existsBy(webhook, { active: true })))
      await manager.upsert(cursor, { name: HISTORY_CURSOR, position: latest }, ['name']);
    return latest;
  }
}
