import { Injectable, Logger } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { isEnded } from '#libs/contract/status.js';
import type { DeliveryAttempt } from '#libs/contract/webhook.js';
import type { TakenDelivery } from '#libs/store/platform/port.js';
import type { Store } from '#libs/store/port.js';
import type { ApiConfig } from '../config.js';
import { Metrics } from '../ops/metrics.service.js';
import { TargetGuard } from '../runs/target-guard.js';
import { InjectConfig, InjectNowMs, InjectStore, type NowMs } from '../tokens.js';
import { pauseMs } from './backoff.js';
import { payloadOf } from './payload.js';
import { post } from './post.js';
import { signatureOf } from './signature.js';

const TIMEOUT_MS = 10_000;
/** Longer than a try can take: a replica that died in one is followed by another. */
const LEASE_MS = 30_000;
/** Tries that one process makes at a time. */
const AT_ONCE = 64;
/** Of them for one webhook, over all processes: a receiver that never answers keeps no other waiting. */
const AT_ONCE_PER_WEBHOOK = 4;
/** How long the summary of a run that was ended by the watchdog may take. */
const SUMMARY_MS = 15_000;
const UNREADABLE =
  'the secret was stored with another TIDEMARK_SECRET_KEY than this process has: restore the key, or PUT the webhook with a secret';

/** Tells webhooks what became of runs, one replica at a time for each delivery; once a second. */
@Injectable()
export class Dispatcher {
  private readonly logger = new Logger('webhooks');
  private isLooking = false;
  private underWay = 0;

  constructor(
    @InjectStore() private readonly store: Store,
    @InjectConfig() private readonly config: ApiConfig,
    @InjectNowMs() private readonly nowMs: NowMs,
    private readonly guard: TargetGuard,
    private readonly metrics: Metrics,
  ) {}

  /** Begins what is due and ends when all of that is over; ticks may overlap, so that who waits for nobody need not. */
  @Interval(1000)
  async tick(): Promise<void> {
    const taken = await this.take();
    await Promise.all(taken.map((delivery) => this.deliver(delivery)));
  }

  private async take(): Promise<TakenDelivery[]> {
    if (this.isLooking) return [];
    this.isLooking = true;
    try {
      const { deliveries } = this.store.platform;
      await deliveries.enqueue(this.nowMs());
      const limit = AT_ONCE - this.underWay;
      if (limit <= 0) return [];
      const room = { limit, perWebhook: AT_ONCE_PER_WEBHOOK };
      const taken = await deliveries.take(this.nowMs(), this.nowMs() + LEASE_MS, room);
      this.underWay += taken.length;
      return taken;
    } catch (error) {
      this.logger.error(`The webhooks are looked at again in a second: ${String(error)}`);
      return [];
    } finally {
      this.isLooking = false;
    }
  }

  private async deliver(delivery: TakenDelivery): Promise<void> {
    try {
      const payload = delivery.payload ?? (await this.write(delivery));
      if (payload !== undefined) await this.record(delivery, await this.attempt(delivery, payload));
    } catch (error) {
      this.logger.error(`Delivery ${delivery.id} is tried again after its lease: ${String(error)}`);
    } finally {
      this.underWay--;
    }
  }

  /** Writes a try down, and says when the next one is; there is none after one that is `last`. */
  private async record(delivery: TakenDelivery, tried: DeliveryAttempt, last = false): Promise<void> {
    const { id, webhookId } = delivery;
    const attempts = delivery.attempts + 1;
    const isDelivered = tried.status !== null && tried.status >= 200 && tried.status < 300;
    const pause = isDelivered || last ? null : pauseMs(attempts, this.config.webhookRetryMs, Math.random());
    const state = isDelivered ? 'delivered' : pause === null ? 'failed' : 'pending';
    const retryAtMs = pause === null ? null : this.nowMs() + pause;
    await this.store.platform.deliveries.tried(id, tried, { state, retryAtMs });
    this.metrics.webhookTried(isDelivered ? 'taken' : tried.status === null ? 'unanswered' : 'refused', state);
    if (isDelivered) return;
    const why = tried.error ?? `status ${tried.status ?? 0}`;
    if (state === 'failed')
      this.logger.warn(`Delivery ${id} of webhook ${webhookId} is given up after try ${attempts}: ${why}`);
    else this.logger.warn(`Delivery ${id} of webhook ${webhookId} was not taken: ${why}`);
  }

  /** The payload, written once; undefined while the run's summary is still to come, or when the run is gone. */
  private async write(delivery: TakenDelivery): Promise<string | undefined> {
    const { deliveries } = this.store.platform;
    const change = await deliveries.change(delivery.historyId);
    const run = await this.store.runs.find(delivery.runId);
    if (change === null || run === null) {
      const error = 'the run was deleted before it could be told of';
      const tried = { atMs: this.nowMs(), status: null, latencyMs: 0, excerpt: '', error };
      await this.record(delivery, tried, true);
      return undefined;
    }
    const lacksSummary = isEnded(change.to) && run.startAtMs !== null && run.summary === null;
    if (lacksSummary && this.nowMs() - change.atMs < SUMMARY_MS) {
      await deliveries.postpone(delivery.id, this.nowMs() + 1000);
      return undefined;
    }
    const payload = payloadOf(delivery, change, run);
    await deliveries.keepPayload(delivery.id, payload);
    return payload;
  }

  private async attempt({ id, event, url, secret }: TakenDelivery, body: string): Promise<DeliveryAttempt> {
    const atMs = this.nowMs();
    const spent = () => Math.max(0, Math.round(this.nowMs() - atMs));
    try {
      if (secret === null) throw new Error(UNREADABLE);
      const where = new URL(url);
      const { address, problem } = await this.guard.addressOf(where.hostname);
      if (address === undefined) throw new Error(problem);
      const headers = {
        'user-agent': 'tidemark',
        'tidemark-delivery': id,
        'tidemark-event': event,
        'tidemark-signature': signatureOf(secret, atMs, body),
      };
      const { status, excerpt } = await post(where, address, { headers, body, timeoutMs: TIMEOUT_MS });
      return { atMs, status, latencyMs: spent(), excerpt, error: null };
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      return { atMs, status: null, latencyMs: spent(), excerpt: '', error: text };
    }
  }
}
