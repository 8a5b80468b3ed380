import { In, type EntityManager } from 'typeorm';
import { CodedError } from '#libs/contract/coded-error.js';
import { isEnded, type RunStatus } from '#libs/contract/status.js';
import type { Mismatch, Summary } from '#libs/contract/summary.js';
import { DEFAULT_PROJECT } from '#libs/contract/project.js';
import type { Database } from './database.js';
import { insertRun } from './insert-run.js';
import { createOnce } from './platform/creation.js';
import { OVER, removeDeliveries } from './platform/delivery-removal.js';
import type { Idempotency } from './platform/port.js';
import type { NewRun, RunFilter, RunStore, StoredRun, Transition } from './port.js';
import { refuseFull } from './queue-limit.js';
import type { RunRow } from './row.js';
import { completeRuns } from './run-rows.js';
import { cancelRun, moveRun } from './status-writer.js';
import type { Vault } from './vault.js';
import { waitingOf } from './waiting.js';

const KEPT_MISMATCHES = 100;

const cursorOf = ({ createdAtMs, id }: RunRow): string => Buffer.from(`${createdAtMs}:${id}`).toString('base64url');

/** Runs in the database. */
export class SqlRunStore implements RunStore {
  constructor(
    private readonly database: Database,
    private readonly vault: Vault,
  ) {}

  create(
    input: NewRun,
    idempotency?: Idempotency,
    maxQueued = Infinity,
  ): Promise<{ run: StoredRun; replayed: boolean }> {
    const { projectId = DEFAULT_PROJECT, createdAtMs } = input;
    return this.database.control(async (manager) => {
      const once = { scope: projectId, nowMs: createdAtMs, idempotency };
      const made = await createOnce(this.database, manager, once, async () => {
        await refuseFull(this.database, manager, projectId, maxQueued);
        await insertRun(this.database, manager, this.vault, input);
        return input.id;
      });
      return { run: await this.load(manager, made.id), replayed: made.replayed };
    });
  }

  async find(id: string, options?: { withSecrets: boolean }): Promise<StoredRun | null> {
    const [found] = await this.complete(
      this.database.manager,
      await this.database.manager.findBy(this.database.entities.run, { id }),
      options?.withSecrets,
    );
    return found ?? null;
  }

  async list(filter: RunFilter): Promise<{ items: StoredRun[]; nextCursor: string | null }> {
    const { run, label } = this.database.entities;
    const query = this.database.manager
      .createQueryBuilder(run, 'run')
      .orderBy('run.createdAtMs', 'DESC')
      .addOrderBy('run.id', 'DESC');
    if (filter.status) query.andWhere('run.status = :status', { status: filter.status });
    if (filter.projectId) query.andWhere('run.projectId = :projectId', { projectId: filter.projectId });
    if (filter.scheduleId) query.andWhere('run.scheduleId = :scheduleId', { scheduleId: filter.scheduleId });
    if (filter.benchmarkId) query.andWhere('run.benchmarkId = :benchmarkId', { benchmarkId: filter.benchmarkId });
    if (filter.kind) query.andWhere('run.kind = :kind', { kind: filter.kind });
    if (filter.fromMs !== undefined) query.andWhere('run.createdAtMs >= :fromMs', { fromMs: filter.fromMs });
    if (filter.parent === null) query.andWhere('run.parentId IS NULL');
    else if (filter.parent !== undefined) query.andWhere('run.parentId = :parent', { parent: filter.parent });
    if (filter.toMs !== undefined) query.andWhere('run.createdAtMs < :toMs', { toMs: filter.toMs });
    if (filter.label !== undefined) {
      const [name = '', ...rest] = filter.label.split(':');
      const value = rest.length > 0 ? rest.join(':') : undefined;
      const labelled = query.subQuery().select('label.runId').from(label, 'label').where('label.name = :labelName');
      if (value !== undefined) labelled.andWhere('label.value = :labelValue');
      query.andWhere(`run.id IN ${labelled.getQuery()}`, { labelName: name, labelValue: value });
    }
    if (filter.cursor !== undefined) {
      const [createdAtMs, id] = Buffer.from(filter.cursor, 'base64url').toString().split(':');
      if (id === undefined || !Number.isSafeInteger(Number(createdAtMs))) {
        throw new CodedError('VALIDATION_FAILED', 'the cursor is not one of ours', [
          { path: 'cursor', message: 'expected the nextCursor of a former page' },
        ]);
      }
      query.andWhere('(run.createdAtMs < :before OR (run.createdAtMs = :before AND run.id < :beforeId))', {
        before: Number(createdAtMs),
        beforeId: id,
      });
    }
    const rows = await query.take(filter.limit + 1).getMany();
    const page = rows.slice(0, filter.limit);
    const last = page.at(-1);
    return {
      items: await this.complete(this.database.manager, page),
      nextCursor: rows.length > page.length && last ? cursorOf(last) : null,
    };
  }

  count(status: RunStatus): Promise<number> {
    return this.database.manager.countBy(this.database.entities.run, { status });
  }

  waiting(id: string, nowMs: number) {
    return waitingOf(this.database, this.database.manager, id, nowMs);
  }

  transition(id: string, transition: Transition): Promise<boolean> {
    return this.database.control((manager) => moveRun(this.database, manager, id, transition));
  }

  requestCancel(id: string, actor: string, reason: string, atMs: number): Promise<boolean> {
    const { run } = this.database.entities;
    return this.database.control(async (manager) => {
      const found = await manager.findOneBy(run, { id });
      if (!found || isEnded(found.status)) return false;
      return cancelRun(this.database, manager, found, { actor, reason, atMs });
    });
  }

  async saveSummary(id: string, summary: Summary): Promise<void> {
    await this.database.append((manager) => manager.update(this.database.entities.run, { id }, { summary }));
  }

  async saveFacts(id: string, { simulated }: { simulated: boolean }): Promise<void> {
    await this.database.append((manager) => manager.update(this.database.entities.run, { id }, { simulated }));
  }

  async addMismatches(id: string, mismatches: readonly Mismatch[], foundInAll: number): Promise<void> {
    const { run, mismatch } = this.database.entities;
    await this.database.append(async (manager) => {
      const kept = await manager.countBy(mismatch, { runId: id });
      const room = mismatches.slice(0, Math.max(0, KEPT_MISMATCHES - kept));
      for (const each of room) await manager.insert(mismatch, { runId: id, ...each });
      await manager.increment(run, { id }, 'mismatchCount', foundInAll);
    });
  }

  async mismatches(id: string): Promise<{ first: Mismatch[]; count: number }> {
    const { run, mismatch } = this.database.entities;
    const rows = await this.database.manager.find(mismatch, { where: { runId: id }, order: { id: 'ASC' } });
    const found = await this.database.manager.findOneBy(run, { id });
    return {
      first: rows.map(({ key, column, expected, found: value }) => ({ key, column, expected, found: value })),
      count: found?.mismatchCount ?? 0,
    };
  }

  delete(id: string): Promise<void> {
    return this.database.control(async (manager) => {
      const found = await manager.findOneBy(this.database.entities.run, { id });
      if (!found) throw new CodedError('RUN_NOT_FOUND', `there is no run ${id}`);
      await this.remove(manager, found);
    });
  }

  /** A run with everything that belongs to it, which has to have ended as well. */
  private async remove(manager: EntityManager, { id, status }: RunRow): Promise<void> {
    const { run, shard, history, label, endpoint, interval, intervalSelf, log, mismatch, creation } =
      this.database.entities;
    if (!isEnded(status)) throw new CodedError('RUN_NOT_ENDED', `run ${id} is ${status}: cancel it first`);
    for (const child of await manager.findBy(run, { parentId: id })) await this.remove(manager, child);
    const { artifactPart, annotation, scalerState } = this.database.entities;
    const parts = [shard, history, label, endpoint, interval, intervalSelf, log, mismatch];
    for (const owned of [...parts, artifactPart, annotation, scalerState]) {
      await manager.createQueryBuilder().delete().from(owned).where('run_id = :id', { id }).execute();
    }
    // Its own, and those of its annotations.
    await manager.delete(creation, [{ resourceId: id }, { scope: id }]);
    // What is still to be sent is sent, or fails and says why.
    while (await removeDeliveries(this.database, manager, { runId: id, state: In(OVER) }));
    await manager.delete(run, { id });
  }

  private async load(manager: EntityManager, id: string): Promise<StoredRun> {
    const [found] = await this.complete(manager, await manager.findBy(this.database.entities.run, { id }));
    if (!found) throw new CodedError('RUN_NOT_FOUND', `there is no run ${id}`);
    return found;
  }

  private complete(manager: EntityManager, rows: readonly RunRow[], withSecrets = false): Promise<StoredRun[]> {
    return completeRuns(this.database, manager, rows, withSecrets ? this.vault : undefined);
  }
}
