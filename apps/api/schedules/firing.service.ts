import { Injectable, Logger } from '@nestjs/common';
import type { FireEnd, StoredSchedule, TakenFire } from '#libs/store/platform/port.js';
import type { Store } from '#libs/store/port.js';
import { Benchmarks } from '../benchmarks/benchmarks.service.js';
import { Metrics } from '../ops/metrics.service.js';
import { overridden } from '../runs/merge-patch.js';
import { RunsService } from '../runs/runs.service.js';
import { InjectNowMs, InjectStore, type NowMs } from '../tokens.js';
import { failedEnd, missedEnd, startedEnd } from './fire-end.js';
import { runIdOf } from './run-id.js';

/** Makes the runs of due times. */
@Injectable()
export class Firing {
  private readonly logger = new Logger('scheduler');

  constructor(
    @InjectStore() private readonly store: Store,
    @InjectNowMs() private readonly nowMs: NowMs,
    private readonly runs: RunsService,
    private readonly benchmarks: Benchmarks,
    private readonly metrics: Metrics,
  ) {}

  /** Makes the run of a due time and writes down what became of it; what may pass is left for the end of its lease. */
  async fire(taken: TakenFire): Promise<void> {
    const { scheduleId, dueAtMs } = taken;
    const schedule = await this.store.platform.schedules.find(scheduleId, null);
    if (schedule === null) return;
    const end = await this.start(schedule, taken);
    if (end !== null && (await this.store.platform.schedules.finishFire(scheduleId, dueAtMs, end)))
      this.tell(scheduleId, { ...end, dueAtMs });
  }

  /** Counts a due time that this process brought to an end, and says so when it has no run that it should have. */
  tell(scheduleId: string, { state, dueAtMs, reason }: Pick<FireEnd, 'state' | 'reason'> & { dueAtMs: number }): void {
    this.metrics.countFire(state);
    if (state === 'missed' || state === 'failed')
      this.logger.warn(`Schedule ${scheduleId} ${state} ${new Date(dueAtMs).toISOString()}: ${reason}`);
  }

  private async start(schedule: StoredSchedule, taken: TakenFire): Promise<FireEnd | null> {
    const { dueAtMs } = taken;
    try {
      return (await this.found(schedule, dueAtMs)) ?? (await this.begin(schedule, dueAtMs));
    } catch (error) {
      const end = failedEnd(schedule, taken, this.nowMs(), error);
      // What failed may have come after the run was made.
      if (end !== null) return (await this.found(schedule, dueAtMs)) ?? end;
      this.logger.warn(`Schedule ${schedule.id} is tried again after its lease: ${String(error)}`);
      return null;
    }
  }

  /** A run that a replica made and could not tell of; what may hold up a new one, as a full queue does, is no matter then. */
  private async found(schedule: StoredSchedule, dueAtMs: number): Promise<FireEnd | null> {
    const made = await this.store.runs.find(runIdOf(schedule.id, dueAtMs));
    return made && startedEnd(schedule, dueAtMs, made.createdAtMs, made.id);
  }

  private async begin(schedule: StoredSchedule, dueAtMs: number): Promise<FireEnd> {
    const nowMs = this.nowMs();
    const { items } = await this.store.platform.schedules.fires(schedule.id, { limit: 1 });
    const held = missedEnd(schedule, dueAtMs, nowMs, items[0]) ?? (await this.overlap(schedule, nowMs));
    return held ?? startedEnd(schedule, dueAtMs, nowMs, await this.make(schedule, dueAtMs));
  }

  /** What the schedule's runs that have not ended make of a due time; null when its run may be made. */
  private async overlap({ id, name, overlap }: StoredSchedule, nowMs: number): Promise<FireEnd | null> {
    if (overlap === 'queue') return null;
    const open = await this.store.platform.schedules.openRuns(id);
    const [oldest] = open;
    if (overlap === 'skip')
      return oldest === undefined
        ? null
        : { state: 'skipped', runId: null, reason: `run ${oldest} of the schedule has not ended` };
    for (const runId of open)
      await this.store.runs.requestCancel(runId, `schedule:${name}`, 'the next due time has come', nowMs);
    return null;
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
      id: runIdOf(id, dueAtMs),
    });
    return run.id;
  }
}

const asOverrides = (value: unknown): Record<string, unknown> | undefined =>
  typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : undefined;
