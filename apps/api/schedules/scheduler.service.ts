import { Injectable, Logger } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import type { StoredSchedule, TakenFire } from '#libs/store/platform/port.js';
import type { Store } from '#libs/store/port.js';
import { InjectNowMs, InjectStore, type NowMs } from '../tokens.js';
import { decide } from './due-times.js';
import { LEASE_MS } from './fire-end.js';
import { Firing } from './firing.service.js';
import { dueOf } from './schedules.service.js';

/** Starts what falls due, once over all replicas; once a second. */
@Injectable()
export class Scheduler {
  private readonly logger = new Logger('scheduler');
  private isBusy = false;
  /** Schedules whose due times could not be told at the last look, and why: each is complained of once. */
  private readonly broken = new Map<string, string>();

  constructor(
    @InjectStore() private readonly store: Store,
    @InjectNowMs() private readonly nowMs: NowMs,
    private readonly firing: Firing,
  ) {}

  @Interval(1000)
  async tick(): Promise<void> {
    if (this.isBusy) return;
    this.isBusy = true;
    try {
      await this.takeDue();
      for (const taken of await this.store.platform.schedules.retake(this.nowMs(), this.nowMs() + LEASE_MS))
        await this.fire(taken);
    } catch (error) {
      this.logger.error(`The schedules are looked at again in a second: ${String(error)}`);
    } finally {
      this.isBusy = false;
    }
  }

  /** A schedule whose cron expression or time zone can no longer be read holds up no other. */
  private async takeDue(): Promise<void> {
    const nowMs = this.nowMs();
    for (const schedule of await this.store.platform.schedules.due(nowMs)) {
      try {
        await this.take(schedule, nowMs);
        this.broken.delete(schedule.id);
      } catch (error) {
        if (this.broken.get(schedule.id) === String(error)) continue;
        this.broken.set(schedule.id, String(error));
        this.logger.error(`Schedule ${schedule.id} starts nothing: ${String(error)}`);
      }
    }
  }

  /** What this replica takes has a lease that ended already, so that its own `retake` is the next to have it. */
  private async take({ id, cron, timeZone, ...schedule }: StoredSchedule, nowMs: number): Promise<void> {
    if (schedule.nextDueAtMs === null) return;
    const { fires, nextDueAtMs } = decide(schedule, nowMs, dueOf(cron, timeZone));
    const { schedules } = this.store.platform;
    for (const { dueAtMs, state, reason } of await schedules.take(id, schedule.nextDueAtMs, fires, nextDueAtMs, nowMs))
      if (state === 'missed') this.firing.tell(id, { dueAtMs, state, reason });
  }

  private async fire(taken: TakenFire): Promise<void> {
    try {
      await this.firing.fire(taken);
    } catch (error) {
      this.logger.error(`Schedule ${taken.scheduleId} is tried again after its lease: ${String(error)}`);
    }
  }
}
