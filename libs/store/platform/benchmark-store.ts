import type { EntityManager } from 'typeorm';
import type { Benchmark, BenchmarkVersion } from '#libs/contract/benchmark.js';
import { CodedError } from '#libs/contract/coded-error.js';
import type { Database } from '../database.js';
import type { Vault } from '../vault.js';
import { createOnce } from './creation.js';
import { pageOf } from './paging.js';
import type { BenchmarkStore, Idempotency, Made, NewBenchmark, Page, PageOf, Scope } from './port.js';
import { refuseStale } from './project-store.js';
import type { BenchmarkRow } from './row.js';
import { sealOf } from './seal.js';

/** Saved definitions and all their versions, in the database. */
export class SqlBenchmarkStore implements BenchmarkStore {
  constructor(
    private readonly database: Database,
    private readonly vault: Vault,
  ) {}

  create(given: NewBenchmark, nowMs: number, idempotency?: Idempotency): Promise<Made<Benchmark>> {
    const { benchmark } = this.database.entities;
    return this.database.control(async (manager) => {
      const once = { scope: given.projectId, nowMs, idempotency };
      const { id, replayed } = await createOnce(this.database, manager, once, async () => {
        const { id: own, projectId, name, description } = given;
        await this.refuseTaken(manager, projectId, name);
        const row = { id: own, projectId, name, description, version: 1, createdAtMs: nowMs, updatedAtMs: nowMs };
        await manager.insert(benchmark, row);
        await this.addVersion(manager, own, 1, given, nowMs);
        return own;
      });
      return { item: await this.complete(manager, await manager.findOneByOrFail(benchmark, { id })), replayed };
    });
  }

  async find(id: string, scope: Scope): Promise<Benchmark | null> {
    const { manager, entities } = this.database;
    const found = await manager.findOneBy(entities.benchmark, { id, ...(scope !== null && { projectId: scope }) });
    return found && this.complete(manager, found);
  }

  async list(scope: Scope, page: PageOf): Promise<Page<Benchmark>> {
    const { manager, entities } = this.database;
    const { items, nextCursor } = await pageOf(manager, entities.benchmark, scope, page);
    return { items: await Promise.all(items.map((row) => this.complete(manager, row))), nextCursor };
  }

  async versions(id: string): Promise<BenchmarkVersion[]> {
    const { manager, entities } = this.database;
    const rows = await manager.find(entities.benchmarkVersion, {
      where: { benchmarkId: id },
      order: { version: 'DESC' },
    });
    return rows.map(({ version, definition, note, actor, createdAtMs }) => ({
      version,
      definition,
      note,
      actor,
      createdAtMs,
    }));
  }

  async definition(id: string, version?: number): Promise<{ version: number; definition: unknown } | null> {
    const { manager, entities } = this.database;
    const found = await manager.findOne(entities.benchmarkVersion, {
      where: { benchmarkId: id, ...(version !== undefined && { version }) },
      order: { version: 'DESC' },
    });
    if (!found) return null;
    const definition: unknown = found.sealed === null ? found.definition : JSON.parse(this.vault.unseal(found.sealed));
    return { version: found.version, definition };
  }

  replace(
    id: string,
    version: number,
    change: Omit<NewBenchmark, 'id' | 'projectId'>,
    nowMs: number,
  ): Promise<Benchmark> {
    const { benchmark } = this.database.entities;
    return this.database.control(async (manager) => {
      const found = await manager.findOneBy(benchmark, { id });
      if (!found) throw new CodedError('NOT_FOUND', `There is no benchmark ${id}.`);
      refuseStale(found.version, version);
      const { name, description } = change;
      if (name !== found.name) await this.refuseTaken(manager, found.projectId, name);
      await manager.update(benchmark, { id }, { name, description, version: version + 1, updatedAtMs: nowMs });
      await this.addVersion(manager, id, version + 1, change, nowMs);
      return this.complete(manager, await manager.findOneByOrFail(benchmark, { id }));
    });
  }

  delete(id: string): Promise<void> {
    const { benchmark, benchmarkVersion, schedule, creation } = this.database.entities;
    return this.database.control(async (manager) => {
      const user = await manager.findOneBy(schedule, { benchmarkId: id });
      if (user) throw new CodedError('CONFLICT', `Schedule ${user.name} (${user.id}) starts it; delete that first.`);
      await manager.delete(benchmarkVersion, { benchmarkId: id });
      await manager.delete(creation, { resourceId: id });
      await manager.delete(benchmark, { id });
    });
  }

  private async addVersion(
    manager: EntityManager,
    benchmarkId: string,
    version: number,
    { definition, note, actor }: Pick<NewBenchmark, 'definition' | 'note' | 'actor'>,
    createdAtMs: number,
  ): Promise<void> {
    const row = { benchmarkId, version, definition: definition.open, note, actor, createdAtMs };
    await manager.insert(this.database.entities.benchmarkVersion, {
      ...row,
      sealed: sealOf(this.vault, definition.open, definition.whole),
    });
  }

  private async refuseTaken(manager: EntityManager, projectId: string, name: string): Promise<void> {
    const taken = await manager.findOneBy(this.database.entities.benchmark, { projectId, name });
    if (taken)
      throw new CodedError('CONFLICT', `There is a benchmark ${name} already (${taken.id}); PUT makes a new version.`);
  }

  private async complete(manager: EntityManager, row: BenchmarkRow): Promise<Benchmark> {
    const { benchmarkVersion } = this.database.entities;
    const latest = await manager.findOneByOrFail(benchmarkVersion, { benchmarkId: row.id, version: row.version });
    return { ...row, definition: latest.definition };
  }
}
