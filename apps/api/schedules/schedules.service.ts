import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { CodedError, type Issue } from '#libs/contract/problem.js';
import { DEFAULT_PROJECT } from '#libs/contract/project.js';
import type { CreateRun } from '#libs/contract/run.js';
import type { CreateSchedule, Fire, Schedule } from '#libs/contract/schedule.js';
import type { Made, Page, PageOf, ScheduleWish, Sealable, StoredSchedule } from '#libs/store/platform/port.js';
import type { Store } from '#libs/store/port.js';
import { Benchmarks } from '../benchmarks/benchmarks.service.js';
import { openForm, openOverrides } from '../benchmarks/open-form.js';
import type { ApiConfig } from '../config.js';
import { idempotencyOf } from '../http/idempotency.js';
import type { Caller } from '../keys/caller.js';
import { invalid } from '../problem/validation.pipe.js';
import { Projects } from '../projects/projects.service.js';
import { overridden } from '../runs/merge-patch.js';
import { RunPlanner } from '../runs/run-planner.js';
import { InjectConfig, InjectNowMs, InjectStore, type NowMs } from '../tokens.js';
import { type Due, nextDues, parseCron } from './cron.js';

const SHOWN = 5;

/** Schedules as callers see them. */
@Injectable()
export class Schedules {
  constructor(
    @InjectStore() private readonly store: Store,
    @InjectConfig() private readonly config: ApiConfig,
    @InjectNowMs() private readonly nowMs: NowMs,
    private readonly benchmarks: Benchmarks,
    private readonly planner: RunPlanner,
    private readonly projects: Projects,
  ) {}

  async create(caller: Caller, body: CreateSchedule, key: string | undefined): Promise<Made<Schedule>> {
    const projectId = caller.projectId ?? DEFAULT_PROJECT;
    const idempotency = idempotencyOf(key, 'createSchedule', body, this.config.secretKey);
    const { schedules, creations } = this.store.platform;
    const madeId = await creations.find(projectId, idempotency, this.nowMs());
    const earlier = madeId === null ? null : await schedules.find(madeId, projectId);
    if (earlier !== null) return { item: await this.view(earlier), replayed: true };
    const wish = await this.checked(caller, body);
    const own = { id: randomUUID(), projectId, createdBy: caller.actor };
    const { item, replayed } = await schedules.create({ ...wish, ...own }, this.nowMs(), idempotency);
    return { item: await this.view(item), replayed };
  }

  async list({ projectId }: Caller, page: PageOf): Promise<Page<Schedule>> {
    const { items, nextCursor } = await this.store.platform.schedules.list(projectId, page);
    return { items: await Promise.all(items.map((one) => this.view(one))), nextCursor };
  }

  async get(caller: Caller, id: string): Promise<Schedule> {
    return this.view(await this.require(caller, id));
  }

  async replace(caller: Caller, id: string, version: number, body: CreateSchedule): Promise<Schedule> {
    const { projectId } = await this.require(caller, id);
    const wish = await this.checked({ ...caller, projectId }, body);
    return this.view(await this.store.platform.schedules.replace(id, version, wish, this.nowMs()));
  }

  /** Due times that go by while it is paused are not missed. */
  async pause(caller: Caller, id: string, paused: boolean): Promise<Schedule> {
    const { cron, timeZone, nextDueAtMs, paused: already } = await this.require(caller, id);
    const nowMs = this.nowMs();
    const next = already === paused ? nextDueAtMs : paused ? null : dueOf(cron, timeZone).after(nowMs);
    return this.view(await this.store.platform.schedules.pause(id, paused, next, nowMs));
  }

  async delete(caller: Caller, id: string): Promise<void> {
    await this.require(caller, id);
    await this.store.platform.schedules.delete(id);
  }

  async fires(caller: Caller, id: string, page: PageOf): Promise<Page<Fire>> {
    await this.require(caller, id);
    return this.store.platform.schedules.fires(id, page);
  }

  private async require({ projectId }: Caller, id: string): Promise<StoredSchedule> {
    const found = await this.store.platform.schedules.find(id, projectId);
    if (found === null)
      throw new CodedError('NOT_FOUND', `There is no schedule ${id}; GET /v1/schedules lists the schedules.`);
    return found;
  }

  /** Throws CodedError VALIDATION_FAILED with every problem of the time and the definition. */
  private async checked(caller: Caller, { work, ...body }: CreateSchedule): Promise<ScheduleWish> {
    const { due, issues } = parseCron(body.cron, body.timeZone);
    const { wish, found } = await this.work(caller, work);
    const all = [...issues, ...found];
    const nextDueAtMs = due?.after(this.nowMs()) ?? null;
    if (due !== null && nextDueAtMs === null)
      all.push({ path: 'cron', message: `expected a time that comes within eight years, found ${body.cron}` });
    if (all.length > 0 || wish === null) throw invalid(all, 'request body');
    return { ...body, ...wish, nextDueAtMs: body.paused ? null : nextDueAtMs };
  }

  /** What is to be started, tried out now: a schedule that fails every night is found at noon. */
  private async work(caller: Caller, work: CreateSchedule['work']) {
    const none = { benchmarkId: null, benchmarkVersion: null, overrides: null, definition: null };
    const projectId = caller.projectId ?? DEFAULT_PROJECT;
    try {
      if (work.type === 'run') {
        const definition = await this.startable(work.run, projectId);
        return { wish: { ...none, definition }, found: [] };
      }
      const { benchmarkId, version = null, overrides } = work;
      await this.benchmarks.get({ projectId }, benchmarkId);
      const { definition } = await this.benchmarks.definition(benchmarkId, version ?? undefined);
      const { open } = await this.startable(overridden(definition, overrides), projectId);
      const sealed = overrides === undefined ? null : openOverrides(overrides, open);
      return { wish: { ...none, benchmarkId, benchmarkVersion: version, overrides: sealed }, found: [] };
    } catch (error) {
      const refusals = ['VALIDATION_FAILED', 'NOT_FOUND', 'QUOTA_EXCEEDED'];
      if (!(error instanceof CodedError) || !refusals.includes(error.code)) throw error;
      const place = work.type === 'run' ? 'work.run' : 'work';
      const issues: Issue[] = error.issues.map(({ path, message }) => ({ path: `${place}.${path}`, message }));
      if (error.code === 'QUOTA_EXCEEDED') throw new CodedError(error.code, error.message, issues);
      return { wish: null, found: issues.length > 0 ? issues : [{ path: place, message: error.message }] };
    }
  }

  /** What may be started as it is, and as it may be shown. Throws CodedError VALIDATION_FAILED, QUOTA_EXCEEDED. */
  private async startable(definition: CreateRun, projectId: string): Promise<Sealable> {
    const defined = await this.planner.define(definition, projectId);
    await this.projects.refuseTooLarge({ ...defined, projectId });
    return openForm(definition, defined);
  }

  private async view(row: StoredSchedule): Promise<Schedule> {
    const { definition, overrides, benchmarkId, benchmarkVersion, nextDueAtMs, ...rest } = row;
    const { items } = await this.store.platform.schedules.fires(row.id, { limit: SHOWN });
    // One that can no longer be read is shown all the same, and so are those beside it.
    const { due } = parseCron(row.cron, row.timeZone);
    const later = due === null || nextDueAtMs === null ? [] : nextDues(due, nextDueAtMs, SHOWN - 1);
    return {
      ...rest,
      work:
        benchmarkId === null
          ? { type: 'run', run: definition }
          : { type: 'benchmark', benchmarkId, version: benchmarkVersion, overrides },
      nextFires: nextDueAtMs === null ? [] : [nextDueAtMs, ...later],
      lastFires: items,
    };
  }
}

/** Of a stored schedule, whose expression was read before it was stored. */
export function dueOf(cron: string, timeZone: string): Due {
  const { due, issues } = parseCron(cron, timeZone);
  if (due === null) throw new Error(`a stored schedule cannot be read: ${JSON.stringify(issues)}`);
  return due;
}
