import { Injectable, Logger } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { isEnded } from '#libs/contract/status.js';
import type { DeliveryAttempt } from '#libs/contract/webhook.js';
import type { TakenDelivery } from '#libs/store/platform/port.js';
import type { Store } from '#libs/store/port.js';
import type { ApiConfig } from '../config.js';
import { TargetGuard } from '../runs/target-guard.js';
import { InjectConfig, InjectNowMs, InjectStore, type NowMs } from '../tokens.js';
import { pauseMs } from './backoff.js';
import { payloadOf } from './payload.js';
import { post } from './post.js';
import { signatureOf } from './signature.js';

const TIMEOUT_MS = 10_000;
/** Longer than a try can take: a replica that died in one is followed by another. */
const LEASE_MS = 30_000;
const AT_ONCE = 16;
/** How long the summary of a run that was ended by the watchdog may take. */
const SUMMARY_MS = 15_000;

/** Tells webhooks what became of runs, one replica at a time for each delivery; once a second. */
@Injectable()
export class Dispatcher {
  private readonly logger = new Logger('webhooks');
  private isBusy = false;

  constructor(
    @InjectStore() private readonly store: Store,
    @InjectConfig() private readonly config: ApiConfig,
    @InjectNowMs() private readonly nowMs: NowMs,
    private readonly guard: TargetGuard,
  ) {}

  @Interval(1000)
  async tick(): Promise<void> {
    if (this.isBusy) return;
    this.isBusy = true;
    try {
      const { deliveries } = this.store.platform;
      await deliveries.enqueue(this.nowMs());
      const taken = await deliveries.take(this.nowMs(), this.nowMs() + LEASE_MS, AT_ONCE);
      await Promise.all(taken.map((delivery) => this.deliver(delivery)));
    } catch (error) {
      this.logger.error(`The webhooks are looked at again in a second: ${String(error)}`);
    } finally {
      this.isBusy = false;
    }
  }

  private async deliver(delivery: TakenDelivery): Promise<void> {
    const payload = delivery.payload ?? (await this.write(delivery));
    if (payload === undefined) return;
    const tried = await this.attempt(delivery, payload);
    const isDelivered = tried.status !== null && tried.status >= 200 && tried.status < 300;
    const pause = isDelivered ? null : pauseMs(delivery.attempts + 1, this.config.webhookRetryMs, Math.random());
    const state = isDelivered ? 'delivered' : pause === null ? 'failed' : 'pending';
    const retryAtMs = pause === null ? null : this.nowMs() + pause;
    await this.store.platform.deliveries.tried(delivery.id, tried, { state, retryAtMs });
    if (!isDelivered)
      this.logger.warn(`Delivery ${delivery.id} was not taken: ${tried.error ?? `status ${tried.status ?? 0}`}`);
  }

  /** The payload, written once; undefined while the run's summary is still to come, or when the run is gone. */
  private async write(delivery: TakenDelivery): Promise<string | undefined> {
    const { deliveries } = this.store.platform;
    const change = await deliveries.change(delivery.historyId);
    const run = await this.store.runs.find(delivery.runId);
    if (change === null || run === null) {
      const error = 'the run was deleted before it could be told of';
      const tried = { atMs: this.nowMs(), status: null, latencyMs: 0, excerpt: '', error };
      await deliveries.tried(delivery.id, tried, { state: 'failed', retryAtMs: null });
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
