import { Injectable, Logger } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import type { Store } from '#libs/store/port.js';
import { InjectNowMs, InjectStore, type NowMs } from '../tokens.js';

const KEPT_MS = 400 * 86_400_000;

/** Keeps the audit log from growing for ever. */
@Injectable()
export class AuditPrune {
  private readonly logger = new Logger('audit');

  constructor(
    @InjectStore() private readonly store: Store,
    @InjectNowMs() private readonly nowMs: NowMs,
  ) {}

  @Interval(3_600_000)
  async tick(): Promise<void> {
    await this.store.platform.audit
      .prune(this.nowMs() - KEPT_MS)
      .catch((error: unknown) => this.logger.error(`The audit log was not pruned: ${String(error)}`));
  }
}
