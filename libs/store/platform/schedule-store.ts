import { And, In, IsNull, LessThan, LessThanOrEqual, Not, type EntityManager } from 'typeorm';
import { CodedError } from '#libs/contract/coded-error.js';
import type { Fire } from '#libs/contract/schedule.js';
import { isEnded, RunStatus } from '#libs/contract/status.js';
import type { Database } from '../database.js';
import type { Vault } from '../vault.js';
import { createOnce } from './creation.js';
import { readCursor, writeCursor } from './cursor.js';
import { pageOf } from './paging.js';
import type {
  FireEnd,
  Idempotency,
  Made,
  NewFire,
  Page,
  PageOf,
  ScheduleStore,
  ScheduleWish,
  Scope,
  StoredSchedule,
  TakenFire,
} from './port.js';
import { refuseStale } from './project-store.js';
import type { FireRow, ScheduleRow } from './row.js';
import { sealOf } from './seal.js';

/** Due schedules that one look takes. */
const AT_ONCE = 100;

const OPEN = RunStatus.options.filter((status) => !isEnded(status));

const shown = ({ sealed: _sealed, ...row }: ScheduleRow): StoredSchedule => row;

/** Its due times are the same: one that has come and was not looked at yet is still to be fired, or listed. */
const goesOn = (found: ScheduleRow, { cron, timeZone, paused }: ScheduleWish): boolean =>
  found.nextDueAtMs !== null && !paused && found.cron === cron && found.timeZone === timeZone;

const fireOf = ({ dueAtMs, state, runId, reason, atMs }: FireRow): Fire => ({ dueAtMs, state, runId, reason, atMs });

/** Schedules and what became of their due times, in the database. */
export class SqlScheduleStore implements ScheduleStore {
  constructor(
    private readonly database: Database,
    private readonly vault: Vault,
  ) {}

  create(
    { id: own, projectId, createdBy, ...wish }: ScheduleWish & { id: string; projectId: string; createdBy: string },
    nowMs: number,
    idempotency?: Idempotency,
  ): Promise<Made<StoredSchedule>> {
    const { schedule } = this.database.entities;
    return this.database.control(async (manager) => {
      const once = { scope: projectId, nowMs, idempotency };
      const { id, replayed } = await createOnce(this.database, manager, once, async () => {
        const kept = { id: own, projectId, createdBy, version: 1, createdAtMs: nowMs, updatedAtMs: nowMs };
        await manager.insert(schedule, { ...kept, ...this.columns(wish) });
        return own;
      });
      return { item: shown(await manager.findOneByOrFail(schedule, { id })), replayed };
    });
  }

  async find(id: string, scope: Scope): Promise<StoredSchedule | null> {
    const where = { id, ...(scope !== null && { projectId: scope }) };
    const found = await this.database.manager.findOneBy(this.database.entities.schedule, where);
    return found && shown(found);
  }

  async list(scope: Scope, page: PageOf): Promise<Page<StoredSchedule>> {
    const found = await pageOf(this.database.manager, this.database.entities.schedule, scope, page);
    return { items: found.items.map(shown), nextCursor: found.nextCursor };
  }

  async secrets(id: string): Promise<{ definition: unknown; overrides: unknown } | null> {
    const found = await this.database.manager.findOneBy(this.database.entities.schedule, { id });
    if (!found) return null;
    if (found.sealed === null) return { definition: found.definition, overrides: found.overrides };
    const { definition = null, overrides = null } = JSON.parse(this.vault.unseal(found.sealed));
    return { definition, overrides };
  }

  replace(id: string, version: number, change: ScheduleWish, nowMs: number): Promise<StoredSchedule> {
    return this.change(id, async (manager, found) => {
      refuseStale(found.version, version);
      const nextDueAtMs = goesOn(found, change) ? found.nextDueAtMs : change.nextDueAtMs;
      const columns = { ...this.columns(change), nextDueAtMs, version: version + 1, updatedAtMs: nowMs };
      await manager.update(this.database.entities.schedule, { id }, columns);
    });
  }

  pause(id: string, paused: boolean, nextDueAtMs: number | null, nowMs: number): Promise<StoredSchedule> {
    return this.change(id, async (manager, { version }) => {
      const columns = { paused, nextDueAtMs, version: version + 1, updatedAtMs: nowMs };
      await manager.update(this.database.entities.schedule, { id }, columns);
    });
  }

  delete(id: string): Promise<void> {
    const { schedule, fire, creation } = this.database.entities;
    return this.database.control(async (manager) => {
      await manager.delete(fire, { scheduleId: id });
      await manager.delete(creation, { resourceId: id });
      await manager.delete(schedule, { id });
    });
  }

  async fires(id: string, { limit, cursor }: PageOf): Promise<Page<Fire>> {
    const before = cursor === undefined ? {} : { dueAtMs: LessThan(readCursor(cursor).number) };
    const rows = await this.database.manager.find(this.database.entities.fire, {
      where: { scheduleId: id, ...before },
      order: { dueAtMs: 'DESC' },
      take: limit + 1,
    });
    const items = rows.slice(0, limit).map(fireOf);
    const last = items.at(-1);
    return { items, nextCursor: rows.length > limit && last ? writeCursor(last.dueAtMs) : null };
  }

  async due(nowMs: number): Promise<StoredSchedule[]> {
    const rows = await this.database.manager.find(this.database.entities.schedule, {
      where: { paused: false, nextDueAtMs: And(Not(IsNull()), LessThanOrEqual(nowMs)) },
      order: { nextDueAtMs: 'ASC' },
      take: AT_ONCE,
    });
    return rows.map(shown);
  }

  take(
    id: string,
    due: number,
    fires: readonly NewFire[],
    nextDueAtMs: number | null,
    leaseUntilMs: number,
  ): Promise<NewFire[]> {
    const { schedule, fire } = this.database.entities;
    return this.database.control(async (manager) => {
      const found = await manager.findOneBy(schedule, { id, paused: false });
      // Another replica was first, or somebody has changed the schedule since it was read.
      if (found?.nextDueAtMs !== due) return [];
      await manager.update(schedule, { id }, { nextDueAtMs });
      const written: NewFire[] = [];
      for (const one of fires) {
        // A changed schedule may fall due again at a time that it has had.
        if (await manager.existsBy(fire, { scheduleId: id, dueAtMs: one.dueAtMs })) continue;
        await manager.insert(fire, { ...one, scheduleId: id, runId: null, leaseUntilMs });
        written.push(one);
      }
      return written;
    });
  }

  retake(nowMs: number, leaseUntilMs: number): Promise<TakenFire[]> {
    const { fire } = this.database.entities;
    return this.database.control(async (manager) => {
      const where = { state: 'firing' as const, leaseUntilMs: LessThanOrEqual(nowMs) };
      const rows = await manager.find(fire, { where, order: { dueAtMs: 'ASC' }, take: AT_ONCE });
      for (const { scheduleId, dueAtMs } of rows) await manager.update(fire, { scheduleId, dueAtMs }, { leaseUntilMs });
      return rows.map(({ scheduleId, dueAtMs, atMs }) => ({ scheduleId, dueAtMs, atMs }));
    });
  }

  async finishFire(id: string, dueAtMs: number, end: FireEnd): Promise<boolean> {
    const { affected } = await this.database.append((manager) =>
      manager.update(this.database.entities.fire, { scheduleId: id, dueAtMs, state: 'firing' }, end),
    );
    return affected === 1;
  }

  async openRuns(id: string): Promise<string[]> {
    const rows = await this.database.manager.find(this.database.entities.run, {
      where: { scheduleId: id, parentId: IsNull(), status: In(OPEN) },
      order: { createdAtMs: 'ASC', id: 'ASC' },
      select: { id: true },
    });
    return rows.map((row) => row.id);
  }

  private change(
    id: string,
    work: (manager: EntityManager, found: ScheduleRow) => Promise<void>,
  ): Promise<StoredSchedule> {
    const { schedule } = this.database.entities;
    return this.database.control(async (manager) => {
      const found = await manager.findOneBy(schedule, { id });
      if (!found) throw new CodedError('NOT_FOUND', `There is no schedule ${id}.`);
      await work(manager, found);
      return shown(await manager.findOneByOrFail(schedule, { id }));
    });
  }

  private columns({ overrides, definition, ...rest }: ScheduleWish) {
    const open = { definition: definition?.open, overrides: overrides?.open };
    const whole = { definition: definition?.whole, overrides: overrides?.whole };
    const sealed = sealOf(this.vault, open, whole);
    return { ...rest, definition: open.definition ?? null, overrides: open.overrides ?? null, sealed };
  }
}
