import { Injectable, Logger } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import type { Store } from '#libs/store/port.js';
import { InjectNowMs, InjectStore, type NowMs } from '../tokens.js';

const KEPT_MS = 30 * 86_400_000;

/** Keeps the delivery log from growing for ever; once an hour. */
@Injectable()
export class DeliveryPrune {
  private readonly logger = new Logger('webhooks');

  constructor(
    @InjectStore() private readonly store: Store,
    @InjectNowMs() private readonly nowMs: NowMs,
  ) {}

  @Interval(3_600_000)
  async tick(): Promise<void> {
    await this.store.platform.deliveries
      .prune(this.nowMs() - KEPT_MS)
      .catch((error: unknown) => this.logger.error(`The delivery log was not pruned: ${String(error)}`));
  }
}
