import { In, IsNull, MoreThan, type EntityManager } from 'typeorm';
import { CodedError } from '#libs/contract/coded-error.js';
import type { Project, Quotas } from '#libs/contract/project.js';
import type { Database } from '../database.js';
import { createOnce } from './creation.js';
import type { Idempotency, Made, ProjectStore, Scope } from './port.js';
import type { ProjectRow } from './row.js';
import { usageOf } from './usage.js';

/** The scope of keys that projects are made with. */
const PROJECTS = '';

/** Projects in the database. */
export class SqlProjectStore implements ProjectStore {
  constructor(private readonly database: Database) {}

  create(
    given: { id: string; name: string; quotas: Quotas },
    nowMs: number,
    idempotency?: Idempotency,
  ): Promise<Made<Project>> {
    const { project } = this.database.entities;
    return this.database.control(async (manager) => {
      const once = { scope: PROJECTS, nowMs, idempotency };
      const { id, replayed } = await createOnce(this.database, manager, once, async () => {
        if (await manager.existsBy(project, { id: given.id }))
          throw new CodedError('CONFLICT', `There is a project ${given.id} already; PUT changes it.`);
        await manager.insert(project, { ...given, turn: 0, version: 1, createdAtMs: nowMs, updatedAtMs: nowMs });
        return given.id;
      });
      return { item: await this.complete(manager, await manager.findOneByOrFail(project, { id })), replayed };
    });
  }

  async find(id: string): Promise<Project | null> {
    const { manager, entities } = this.database;
    const found = await manager.findOneBy(entities.project, { id });
    return found && this.complete(manager, found);
  }

  async list(scope: Scope): Promise<Project[]> {
    const { manager, entities } = this.database;
    const where = scope === null ? {} : { id: scope };
    const rows = await manager.find(entities.project, { where, order: { id: 'ASC' } });
    const projects: Project[] = [];
    for (const row of rows) projects.push(await this.complete(manager, row));
    return projects;
  }

  replace(id: string, version: number, change: { name: string; quotas: Quotas }, nowMs: number): Promise<Project> {
    const { project } = this.database.entities;
    return this.database.control(async (manager) => {
      const found = await manager.findOneBy(project, { id });
      if (!found) throw new CodedError('NOT_FOUND', `There is no project ${id}.`);
      refuseStale(found.version, version);
      await manager.update(project, { id }, { ...change, version: version + 1, updatedAtMs: nowMs });
      return this.complete(manager, await manager.findOneByOrFail(project, { id }));
    });
  }

  delete(id: string, nowMs: number): Promise<void> {
    const { project, run, apiKey, benchmark, schedule, webhook, dataset, creation } = this.database.entities;
    return this.database.control(async (manager) => {
      if (!(await manager.existsBy(project, { id }))) throw new CodedError('NOT_FOUND', `There is no project ${id}.`);
      const refuse = (name: string) => {
        throw new CodedError('CONFLICT', `Project ${id} still has a ${name}; delete what it has first.`);
      };
      for (const [name, owned] of Object.entries({ run, benchmark, schedule, webhook, dataset }))
        if (await manager.existsBy(owned, { projectId: id })) refuse(name);
      // Keys are never forgotten; those that open nothing any more do not count.
      const valid = { projectId: id, revokedAtMs: IsNull() };
      const expiries = [{ expiresAtMs: IsNull() }, { expiresAtMs: MoreThan(nowMs) }];
      if (
        await manager.existsBy(
          apiKey,
          expiries.map((expiry) => ({ ...valid, ...expiry })),
        )
      )
        refuse('valid API key');
      // Projects are made in no scope; what has the same id in one is something else.
      await manager.delete(creation, { scope: PROJECTS, resourceId: id });
      await manager.delete(project, { id: In([id]) });
    });
  }

  async ofRun(runId: string): Promise<string | null> {
    const { manager, entities } = this.database;
    const found = await manager.findOne(entities.run, { where: { id: runId }, select: { id: true, projectId: true } });
    return found?.projectId ?? null;
  }

  private async complete(manager: EntityManager, row: ProjectRow): Promise<Project> {
    const { id, name, quotas, version, createdAtMs, updatedAtMs } = row;
    return {
      id,
      name,
      quotas,
      version,
      createdAtMs,
      updatedAtMs,
      usage: await usageOf(this.database, manager, row.id),
    };
  }
}

/** Throws CodedError PRECONDITION_FAILED: somebody else has changed it since it was read. */
export function refuseStale(present: number, given: number): void {
  if (present !== given)
    throw new CodedError(
      'PRECONDITION_FAILED',
      `It is at version ${present}, not ${given} any more: read it again, and send If-Match: "${present}".`,
    );
}
