import { Injectable, Logger } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { CodedError, PROBLEM_STATUS } from '#libs/contract/problem.js';
import { isEnded } from '#libs/contract/status.js';
import type { StoredSchedule } from '#libs/store/platform/port.js';
import type { Store, StoredRun } from '#libs/store/port.js';
import { Benchmarks } from '../benchmarks/benchmarks.service.js';
import { overridden } from '../runs/merge-patch.js';
import { RunsService } from '../runs/runs.service.js';
import { InjectNowMs, InjectStore, type NowMs } from '../tokens.js';
import { dueOf } from './schedules.service.js';
import { decide } from './due-times.js';

/** How long a replica may take to make a run before another one makes it. */
const LEASE_MS = 30_000;
/** Runs of one schedule that are looked at for overlap. */
const LOOKED_AT = 50;

/** Starts what falls due, once over all replicas; once a second. */
@Injectable()
export class Scheduler {
  private readonly logger = new Logger('scheduler');
  private isBusy = false;

  constructor(
    @InjectStore() private readonly store: Store,
    @InjectNowMs() private readonly nowMs: NowMs,
    private readonly runs: RunsService,
    private readonly benchmarks: Benchmarks,
  ) {}

  @Interval(1000)
  async tick(): Promise<void> {
    if (this.isBusy) return;
    this.isBusy = true;
    try {
      await this.takeDue();
      for (const fire of await this.store.platform.schedules.retake(this.nowMs(), this.nowMs() + LEASE_MS))
        await this.fire(fire.scheduleId, fire.dueAtMs, fire.atMs);
    } catch (error) {
      this.logger.error(`The schedules are looked at again in a second: ${String(error)}`);
    } finally {
      this.isBusy = false;
    }
  }

  /** What this replica takes has a lease that ended already, so that its own `retake` is the next to have it. */
  private async takeDue(): Promise<void> {
    const nowMs = this.nowMs();
    for (const schedule of await this.store.platform.schedules.due(nowMs)) {
      if (schedule.nextDueAtMs === null) continue;
      const { fires, nextDueAtMs } = decide(schedule, nowMs, dueOf(schedule.cron, schedule.timeZone));
      await this.store.platform.schedules.take(schedule.id, schedule.nextDueAtMs, fires, nextDueAtMs, nowMs);
      for (const { dueAtMs, state } of fires)
        if (state === 'missed') this.logger.warn(`Schedule ${schedule.id} missed ${new Date(dueAtMs).toISOString()}`);
    }
  }

  private async fire(scheduleId: string, dueAtMs: number, atMs: number): Promise<void> {
    const schedule = await this.store.platform.schedules.find(scheduleId, null);
    if (schedule === null) return;
    const finish = (state: 'fired' | 'late' | 'skipped' | 'failed', reason: string, runId: string | null = null) =>
      this.store.platform.schedules.finishFire(scheduleId, dueAtMs, { state, runId, reason });
    try {
      const previous = await this.previous(schedule);
      const [oldest] = previous;
      if (oldest !== undefined && schedule.overlap === 'skip')
        return await finish('skipped', `run ${oldest.id} of the schedule has not ended`);
      if (schedule.overlap === 'cancel-previous')
        for (const { id } of previous)
          await this.store.runs.requestCancel(
            id,
            `schedule:${schedule.name}`,
            'the next due time has come',
            this.nowMs(),
          );
      const id = await this.make(schedule, dueAtMs);
      const isLate = atMs - dueAtMs > schedule.lateAfterMs;
      await finish(isLate ? 'late' : 'fired', isLate ? `${atMs - dueAtMs} ms after it was due` : 'in time', id);
    } catch (error) {
      const passes = error instanceof CodedError && ![429, 503].includes(PROBLEM_STATUS[error.code]);
      if (passes || this.nowMs() - atMs > Math.max(schedule.lateAfterMs, LEASE_MS))
        return await finish('failed', error instanceof Error ? error.message : String(error));
      this.logger.error(`Schedule ${scheduleId} is tried again after its lease: ${String(error)}`);
    }
  }

  /** Runs of the schedule that have not ended. One that a replica made before it could say so is not among them. */
  private async previous({ id }: StoredSchedule): Promise<StoredRun[]> {
    const { items } = await this.store.runs.list({ scheduleId: id, limit: LOOKED_AT });
    const { items: fires } = await this.store.platform.schedules.fires(id, { limit: 2 * LOOKED_AT });
    const known = new Set(fires.map(({ runId }) => runId));
    return items.filter((run) => !isEnded(run.status) && known.has(run.id)).toReversed();
  }

  /** The run of a due time: made again by another replica, it is the same run. */
  private async make(schedule: StoredSchedule, dueAtMs: number): Promise<string> {
    const { id, name, projectId, benchmarkId, benchmarkVersion } = schedule;
    const secrets = await this.store.platform.schedules.secrets(id);
    const saved =
      benchmarkId === null
        ? { version: 0, definition: secrets?.definition }
        : await this.benchmarks.definition(benchmarkId, benchmarkVersion ?? undefined);
    const { run } = await this.runs.create(overridden(saved.definition, asOverrides(secrets?.overrides)), {
      caller: { actor: `schedule:${name}`, keyId: null, role: 'runner', projectId },
      // No caller's key can be this one: theirs have no space.
      idempotency: { key: `schedule ${id} ${dueAtMs}`, bodyHash: 'schedule' },
      benchmark: benchmarkId === null ? null : { id: benchmarkId, version: saved.version },
      scheduleId: id,
    });
    return run.id;
  }
}

const asOverrides = (value: unknown): Record<string, unknown> | undefined =>
  typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : undefined;
