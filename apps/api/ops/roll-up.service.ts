import { randomUUID } from 'node:crypto';
import { Injectable, Logger } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import type { Store } from '#libs/store/port.js';
import type { ApiConfig } from '../config.js';
import { InjectConfig, InjectNowMs, InjectStore, type NowMs } from '../tokens.js';
import { AboutRun } from './about-run.js';

const TICK_MS = 60_000;
/** Longer than a tick's work; a replica that dies leaves the job to another after so long. */
const LEASE_MS = 300_000;
/** Runs of one look. */
const BATCH = 20;
const MS_PER_HOUR = 3_600_000;

/** Makes the intervals of old runs coarser, once a minute, on one replica of the service. */
@Injectable()
export class RollUp {
  private readonly logger = new Logger('roll-up');
  private readonly holder = randomUUID();
  private isBusy = false;

  constructor(
    @InjectStore() private readonly store: Store,
    @InjectConfig() private readonly config: ApiConfig,
    @InjectNowMs() private readonly nowMs: NowMs,
  ) {}

  @Interval(TICK_MS)
  async tick(): Promise<void> {
    if (this.isBusy) return;
    this.isBusy = true;
    try {
      if (!(await this.store.jobLeases.take('roll-up', this.holder, this.nowMs(), LEASE_MS))) return;
      // The coarsest first: what is that old need not be rolled up twice.
      for (const { resolutionMs, afterHours } of this.config.rollUps.toReversed())
        if (afterHours > 0) await this.rollUp(resolutionMs, this.nowMs() - afterHours * MS_PER_HOUR);
    } catch (error) {
      this.logger.error(`Rolling up failed and is tried again in a minute: ${String(error)}`);
    } finally {
      this.isBusy = false;
    }
  }

  private async rollUp(resolutionMs: number, endedBeforeMs: number): Promise<void> {
    for (const runId of await this.store.rollUps.due(resolutionMs, endedBeforeMs, BATCH)) {
      const { before, after } = await this.store.rollUps.rollUp(runId, resolutionMs);
      if (before > after)
        this.logger.log(
          new AboutRun(runId, `run ${runId}: ${before} intervals are ${after} of ${resolutionMs / 1000} s now`),
        );
    }
  }
}
