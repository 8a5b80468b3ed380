import { hostname } from 'node:os';
import { Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { isEnded } from '#libs/contract/status.js';
import type { Store, StoredRun } from '#libs/store/port.js';
import { systemClock } from '#libs/load/clock.js';
import { type Finisher, finishForsaken } from '#libs/workloads/finish-alone.js';
import { InjectNowMs, InjectStore, type NowMs } from '../tokens.js';

/** Runs that are looked at when the service starts. */
const RECENT = 200;

/** Ends what hangs, and gives runs that nobody could finish the summary of what was measured; once a second. */
@Injectable()
export class Sweep implements OnApplicationBootstrap {
  private readonly logger = new Logger('sweep');
  private isBusy = false;
  private readonly finisher: Finisher;
  /** Runs that nobody has finished, and some that ended and may lack their summary, of which the watchdog names each once. */
  private readonly unfinished = new Set<string>();

  constructor(
    @InjectStore() private readonly store: Store,
    @InjectNowMs() private readonly nowMs: NowMs,
  ) {
    const clock: Finisher['clock'] = { epochMs: nowMs, sleep: (ms, signal) => systemClock.sleep(ms, signal) };
    this.finisher = { store, clock, actor: `api:${hostname()}-${process.pid}` };
  }

  /** A service that was killed between the end of a run and its summary makes up for it. */
  async onApplicationBootstrap(): Promise<void> {
    const { items } = await this.store.runs.list({ limit: RECENT });
    for (const run of items) if (isEnded(run.status) && lacksSummary(run)) this.unfinished.add(run.id);
  }

  @Interval(1000)
  async tick(): Promise<void> {
    if (this.isBusy) return;
    this.isBusy = true;
    try {
      for (const { runId } of await this.store.watchdog.sweep(this.nowMs())) this.unfinished.add(runId);
      for (const runId of this.unfinished) await this.finish(runId);
    } catch (error) {
      this.logger.error(`The sweep failed and is tried again in a second: ${String(error)}`);
    } finally {
      this.isBusy = false;
    }
  }

  /** A run that cannot be finished now is tried again with the next tick, and holds up no other. */
  private async finish(runId: string): Promise<void> {
    try {
      await finishForsaken(this.finisher, runId);
      this.unfinished.delete(runId);
    } catch (error) {
      this.logger.error(`Run ${runId} is not finished yet: ${String(error)}`);
    }
  }
}

/** A run that never started has measured nothing and needs none. */
const lacksSummary = ({ summary, startAtMs }: StoredRun): boolean => summary === null && startAtMs !== null;
