import { randomBytes, randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { CodedError, type Issue } from '#libs/contract/problem.js';
import { DEFAULT_PROJECT } from '#libs/contract/project.js';
import type { CreatedWebhook, CreateWebhook, Delivery, Webhook } from '#libs/contract/webhook.js';
import type { Made, Page, PageOf, WebhookWish } from '#libs/store/platform/port.js';
import type { Store } from '#libs/store/port.js';
import type { ApiConfig } from '../config.js';
import { idempotencyOf } from '../http/idempotency.js';
import type { Caller } from '../keys/caller.js';
import { invalid } from '../problem/validation.pipe.js';
import { TargetGuard } from '../runs/target-guard.js';
import { InjectConfig, InjectNowMs, InjectStore, type NowMs } from '../tokens.js';

const SECRET_BYTES = 32;

/** Webhooks as callers see them, and what was delivered. */
@Injectable()
export class Webhooks {
  constructor(
    @InjectStore() private readonly store: Store,
    @InjectConfig() private readonly config: ApiConfig,
    @InjectNowMs() private readonly nowMs: NowMs,
    private readonly guard: TargetGuard,
  ) {}

  async create(caller: Caller, body: CreateWebhook, key: string | undefined): Promise<Made<CreatedWebhook>> {
    const projectId = caller.projectId ?? DEFAULT_PROJECT;
    const idempotency = idempotencyOf(key, 'createWebhook', body, this.config.secretKey);
    const { webhooks, creations } = this.store.platform;
    const madeId = await creations.find(projectId, idempotency, this.nowMs());
    const earlier = madeId === null ? null : await webhooks.find(madeId, projectId);
    if (earlier !== null) return { item: { ...earlier, secret: null }, replayed: true };
    const wish = await this.checked(projectId, body);
    const secret = body.secret ?? randomBytes(SECRET_BYTES).toString('base64url');
    const given = { ...wish, id: randomUUID(), projectId, secret };
    const { item, replayed } = await webhooks.create(given, this.nowMs(), idempotency);
    return { item: { ...item, secret: body.secret !== undefined || replayed ? null : secret }, replayed };
  }

  list({ projectId }: Caller, page: PageOf): Promise<Page<Webhook>> {
    return this.store.platform.webhooks.list(projectId, page);
  }

  /** Throws CodedError NOT_FOUND, for another project's as well. */
  async get({ projectId }: Caller, id: string): Promise<Webhook> {
    const found = await this.store.platform.webhooks.find(id, projectId);
    if (found === null)
      throw new CodedError('NOT_FOUND', `There is no webhook ${id}; GET /v1/webhooks lists the webhooks.`);
    return found;
  }

  async replace(caller: Caller, id: string, version: number, body: CreateWebhook): Promise<Webhook> {
    const { projectId } = await this.get(caller, id);
    const change = { ...(await this.checked(projectId, body)), secret: body.secret };
    return this.store.platform.webhooks.replace(id, version, change, this.nowMs());
  }

  async delete(caller: Caller, id: string): Promise<void> {
    await this.get(caller, id);
    await this.store.platform.webhooks.delete(id);
  }

  async deliveries(caller: Caller, id: string, page: PageOf & { runId?: string | undefined }): Promise<Page<Delivery>> {
    await this.get(caller, id);
    return this.store.platform.deliveries.list(id, page);
  }

  async delivery(caller: Caller, id: string, deliveryId: string): Promise<Delivery> {
    await this.get(caller, id);
    const found = await this.store.platform.deliveries.find(id, deliveryId);
    if (found === null) throw absent(id, deliveryId);
    return found;
  }

  /** The same payload once more, as a delivery of its own. */
  async redeliver(caller: Caller, id: string, deliveryId: string, key: string | undefined): Promise<Made<Delivery>> {
    await this.get(caller, id);
    const idempotency = idempotencyOf(key, 'redeliver', { deliveryId }, this.config.secretKey);
    const made = await this.store.platform.deliveries.redeliver(id, deliveryId, this.nowMs(), idempotency);
    if (made === null) throw absent(id, deliveryId);
    return made;
  }

  /** Throws CodedError VALIDATION_FAILED with every problem. */
  private async checked(projectId: string, body: CreateWebhook): Promise<WebhookWish> {
    const { name, url, events, runId = null, scheduleId = null, steps, active } = body;
    const issues: Issue[] = [];
    const { hostname, username, password } = new URL(url);
    if (username !== '' || password !== '')
      issues.push({ path: 'url', message: 'expected no user and password: the signature says who sends' });
    const { problem } = await this.guard.addressOf(hostname);
    if (problem !== undefined) issues.push({ path: 'url', message: problem });
    if (runId !== null && (await this.store.platform.projects.ofRun(runId)) !== projectId)
      issues.push({ path: 'runId', message: `expected a run of project ${projectId}, found ${runId}` });
    if (scheduleId !== null && (await this.store.platform.schedules.find(scheduleId, projectId)) === null)
      issues.push({ path: 'scheduleId', message: `expected a schedule of project ${projectId}, found ${scheduleId}` });
    if (issues.length > 0) throw invalid(issues, 'request body');
    return { name, url, events: [...new Set(events)], runId, scheduleId, steps, active };
  }
}

const absent = (id: string, deliveryId: string): CodedError =>
  new CodedError('NOT_FOUND', `There is no delivery ${deliveryId}; GET /v1/webhooks/${id}/deliveries lists them.`);
