import { Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { isEnded } from '#libs/contract/status.js';
import type { Store, StoredRun } from '#libs/store/port.js';
import { type Ending, finishRun } from '#libs/workloads/finish-run.js';
import { InjectNowMs, InjectStore, type NowMs } from '../tokens.js';

/** Runs that are looked at when the service starts. */
const RECENT = 200;

/** Its other executors had ended when one of them was found lost. */
const WITHOUT_LOST: Ending = {
  to: 'completed',
  actor: 'watchdog',
  reason: 'the plan was carried out, but for the part of the executors that were lost',
};

/** Ends what hangs, and gives runs that nobody could finish the summary of what was measured; once a second. */
@Injectable()
export class Sweep implements OnApplicationBootstrap {
  private readonly logger = new Logger('sweep');
  private isBusy = false;
  /** Runs that ended and may lack their summary; the watchdog names each one once. */
  private readonly unfinished = new Map<string, Ending | undefined>();

  constructor(
    @InjectStore() private readonly store: Store,
    @InjectNowMs() private readonly nowMs: NowMs,
  ) {}

  /** A service that was killed between the end of a run and its summary makes up for it. */
  async onApplicationBootstrap(): Promise<void> {
    const { items } = await this.store.runs.list({ limit: RECENT });
    for (const run of items) if (isEnded(run.status) && lacksSummary(run)) this.unfinished.set(run.id, undefined);
  }

  @Interval(1000)
  async tick(): Promise<void> {
    if (this.isBusy) return;
    this.isBusy = true;
    try {
      for (const { runId, to } of await this.store.watchdog.sweep(this.nowMs()))
        this.unfinished.set(runId, to === 'finishing' ? WITHOUT_LOST : undefined);
      for (const [runId, ending] of this.unfinished) await this.finish(runId, ending);
    } catch (error) {
      this.logger.error(`The sweep failed and is tried again in a second: ${String(error)}`);
    } finally {
      this.isBusy = false;
    }
  }

  /** A run that cannot be finished now is tried again with the next tick, and holds up no other. */
  private async finish(runId: string, ending: Ending | undefined): Promise<void> {
    try {
      const run = await this.store.runs.find(runId);
      if (run !== null && lacksSummary(run)) await finishRun(this.store, runId, this.nowMs(), ending);
      this.unfinished.delete(runId);
    } catch (error) {
      this.logger.error(`Run ${runId} has no summary yet: ${String(error)}`);
    }
  }
}

/** A run that never started has measured nothing and needs none. */
const lacksSummary = ({ summary, startAtMs }: StoredRun): boolean => summary === null && startAtMs !== null;
