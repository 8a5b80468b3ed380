import { In, IsNull, LessThan, MoreThan } from 'typeorm';
import { randomUUID } from 'node:crypto';
import type { StatusChange } from '#libs/contract/status.js';
import type { Delivery, DeliveryAttempt, DeliveryState } from '#libs/contract/webhook.js';
import type { Database } from '../database.js';
import type { Vault } from '../vault.js';
import { tellAudience } from './audience.js';
import { createOnce } from './creation.js';
import { readCursor, writeCursor } from './cursor.js';
import { OVER, removeDeliveries } from './delivery-removal.js';
import { dueDeliveries } from './due-deliveries.js';
import type { DeliveryStore, Idempotency, Made, Page, PageOf, TakenDelivery } from './port.js';
import type { AttemptRow, DeliveryRow, WebhookRow } from './row.js';
import { HISTORY_CURSOR } from './webhook-store.js';

const AT_ONCE = 500;

const viewOf = (row: DeliveryRow, attempts: readonly AttemptRow[]): Delivery => ({
  id: row.id,
  webhookId: row.webhookId,
  runId: row.runId,
  event: row.event,
  state: row.state,
  attempts: attempts
    .filter(({ deliveryId }) => deliveryId === row.id)
    .map(({ atMs, status, latencyMs, excerpt, error }) => ({ atMs, status, latencyMs, excerpt, error })),
  nextAttemptAtMs: row.state === 'pending' ? row.nextAttemptAtMs : null,
  createdAtMs: row.createdAtMs,
  deliveredAtMs: row.deliveredAtMs,
  payload: row.payload,
});

/** What webhooks have to be told, and every try to, in the database. */
export class SqlDeliveryStore implements DeliveryStore {
  constructor(
    private readonly database: Database,
    private readonly vault: Vault,
  ) {}

  async enqueue(nowMs: number): Promise<void> {
    const { webhook, cursor, history } = this.database.entities;
    if (!(await this.database.manager.existsBy(webhook, { active: true }))) return;
    const { manager: reader } = this.database;
    const seen = (await reader.findOneBy(cursor, { name: HISTORY_CURSOR }))?.position ?? 0;
    if (!(await reader.existsBy(history, { id: MoreThan(seen) }))) return;
    // Histories are written in control transactions, so that their ids rise in the order in which they become visible.
    await this.database.control(async (manager) => {
      const position = (await manager.findOneBy(cursor, { name: HISTORY_CURSOR }))?.position ?? 0;
      const rows = await manager.find(history, {
        where: { id: MoreThan(position) },
        order: { id: 'ASC' },
        take: AT_ONCE,
      });
      const last = rows.at(-1);
      if (!last) return;
      await tellAudience(this.database, manager, rows, nowMs);
      await manager.upsert(cursor, { name: HISTORY_CURSOR, position: last.id }, ['name']);
    });
  }

  async list(
    webhookId: string,
    { limit, cursor, runId }: PageOf & { runId?: string | undefined },
  ): Promise<Page<Delivery>> {
    const { delivery } = this.database.entities;
    const query = this.database.manager
      .createQueryBuilder(delivery, 'one')
      .where('one.webhookId = :webhookId', { webhookId })
      .orderBy('one.createdAtMs', 'DESC')
      .addOrderBy('one.id', 'DESC')
      .take(limit + 1);
    if (runId !== undefined) query.andWhere('one.runId = :runId', { runId });
    if (cursor !== undefined) {
      const { number, id } = readCursor(cursor);
      query.andWhere('(one.createdAtMs < :atMs OR (one.createdAtMs = :atMs AND one.id < :id))', { atMs: number, id });
    }
    const rows = await query.getMany();
    const page = rows.slice(0, limit);
    const last = page.at(-1);
    return {
      items: await this.complete(page),
      nextCursor: rows.length > limit && last ? writeCursor(last.createdAtMs, last.id) : null,
    };
  }

  async find(webhookId: string, id: string): Promise<Delivery | null> {
    const { delivery } = this.database.entities;
    const found = await this.complete(await this.database.manager.findBy(delivery, { webhookId, id }));
    return found[0] ?? null;
  }

  async redeliver(
    webhookId: string,
    id: string,
    nowMs: number,
    idempotency?: Idempotency,
  ): Promise<Made<Delivery> | null> {
    const { delivery } = this.database.entities;
    const made = await this.database.control(async (manager) => {
      const given = await manager.findOneBy(delivery, { webhookId, id });
      if (!given) return null;
      return createOnce(this.database, manager, { scope: webhookId, nowMs, idempotency }, async () => {
        const { historyId, event } = given;
        const repeat = 1 + Number((await manager.maximum(delivery, 'repeat', { webhookId, historyId, event })) ?? 0);
        const again = { ...given, id: randomUUID(), repeat, state: 'pending' as const, attempts: 0 };
        const times = { nextAttemptAtMs: nowMs, leaseUntilMs: 0, createdAtMs: nowMs, deliveredAtMs: null };
        await manager.insert(delivery, { ...again, ...times });
        return again.id;
      });
    });
    const item = made && (await this.find(webhookId, made.id));
    return made && item && { item, replayed: made.replayed };
  }

  async take(
    nowMs: number,
    leaseUntilMs: number,
    room: { limit: number; perWebhook: number },
  ): Promise<TakenDelivery[]> {
    const { delivery, webhook } = this.database.entities;
    // Nothing is due mostly: then nobody else's transaction has to wait for this one.
    if ((await dueDeliveries(this.database, this.database.manager, nowMs, room)).length === 0) return [];
    return this.database.control(async (manager) => {
      const rows = await dueDeliveries(this.database, manager, nowMs, room);
      if (rows.length === 0) return [];
      await manager.update(delivery, { id: In(rows.map(({ id }) => id)) }, { leaseUntilMs });
      const hooks = await manager.findBy(webhook, { id: In(rows.map(({ webhookId }) => webhookId)) });
      return rows.flatMap(({ id, webhookId, runId, historyId, event, payload, attempts, createdAtMs }) => {
        const hook = hooks.find((one) => one.id === webhookId);
        const taken = { id, webhookId, runId, historyId, event, payload, attempts, createdAtMs };
        return hook ? [{ ...taken, url: hook.url, secret: this.secretOf(hook) }] : [];
      });
    });
  }

  async change(historyId: number): Promise<StatusChange | null> {
    const found = await this.database.manager.findOneBy(this.database.entities.history, { id: historyId });
    if (!found) return null;
    const { atMs, from, to, actor, reason } = found;
    return { atMs, from, to, actor, reason };
  }

  async keepPayload(id: string, payload: string): Promise<void> {
    const { delivery } = this.database.entities;
    await this.database.append((manager) => manager.update(delivery, { id, payload: IsNull() }, { payload }));
  }

  async postpone(id: string, untilMs: number): Promise<void> {
    const { delivery } = this.database.entities;
    await this.database.append((manager) =>
      manager.update(delivery, { id }, { nextAttemptAtMs: untilMs, leaseUntilMs: 0 }),
    );
  }

  async tried(
    id: string,
    tried: DeliveryAttempt,
    { state, retryAtMs }: { state: DeliveryState; retryAtMs: number | null },
  ): Promise<void> {
    const { delivery, attempt } = this.database.entities;
    await this.database.append(async (manager) => {
      // It may have been deleted meanwhile, with its webhook.
      if (!(await manager.existsBy(delivery, { id }))) return;
      await manager.insert(attempt, { deliveryId: id, ...tried });
      await manager.increment(delivery, { id }, 'attempts', 1);
      await manager.update(
        delivery,
        { id },
        {
          state,
          leaseUntilMs: 0,
          // Of one that has ended, when it did: it is pruned by that.
          nextAttemptAtMs: retryAtMs ?? tried.atMs,
          ...(state === 'delivered' && { deliveredAtMs: tried.atMs }),
        },
      );
    });
  }

  async prune(endedBeforeMs: number): Promise<void> {
    const old = { state: In(OVER), nextAttemptAtMs: LessThan(endedBeforeMs) };
    let isMore = true;
    while (isMore) isMore = await this.database.append((manager) => removeDeliveries(this.database, manager, old));
  }

  /** One that cannot be read must not hold up the others: whoever takes the delivery says so. */
  private secretOf({ secret }: WebhookRow): string | null {
    try {
      return this.vault.unseal(secret);
    } catch {
      return null;
    }
  }

  private async complete(rows: readonly DeliveryRow[]): Promise<Delivery[]> {
    if (rows.length === 0) return [];
    const { attempt } = this.database.entities;
    const where = { deliveryId: In(rows.map(({ id }) => id)) };
    const attempts = await this.database.manager.find(attempt, { where, order: { id: 'ASC' } });
    return rows.map((row) => viewOf(row, attempts));
  }
}
