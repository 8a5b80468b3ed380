import type { EntityManager } from 'typeorm';
import type { Annotation, Artifact } from '#libs/contract/artifact.js';
import type { Database } from './database.js';
import type { ArtifactPart, ArtifactStore } from './artifact-port.js';
import { createOnce } from './platform/creation.js';
import type { Idempotency, Made } from './platform/port.js';

/** Files and annotations of runs in the database. */
export class SqlArtifactStore implements ArtifactStore {
  constructor(private readonly database: Database) {}

  async append(runId: string, part: ArtifactPart): Promise<void> {
    const { text, ...rest } = part;
    const row = { runId, ...rest, bytes: Buffer.byteLength(text), body: text };
    await this.database.append((manager) =>
      manager
        .createQueryBuilder()
        .insert()
        .into(this.database.entities.artifactPart)
        .values(row)
        // A part that was sent twice, for its first answer was lost.
        .orIgnore()
        .execute(),
    );
  }

  async list(runId: string): Promise<Artifact[]> {
    const parts = await this.database.manager.find(this.database.entities.artifactPart, {
      select: { name: true, part: true, type: true, atMs: true, bytes: true, runId: true },
      where: { runId },
      order: { name: 'ASC', part: 'ASC' },
    });
    const artifacts = new Map<string, Artifact>();
    for (const { name, type, atMs, bytes } of parts) {
      const known = artifacts.get(name);
      if (known) known.bytes += bytes;
      else artifacts.set(name, { name, type, bytes, createdAtMs: atMs });
    }
    return [...artifacts.values()];
  }

  async *read(runId: string, name: string): AsyncGenerator<string, void, undefined> {
    const { artifactPart } = this.database.entities;
    for (let part = 0; ; part++) {
      const found = await this.database.manager.findOneBy(artifactPart, { runId, name, part });
      if (!found) return;
      yield found.body;
    }
  }

  async annotate(
    runId: string,
    annotation: Omit<Annotation, 'id'>,
    once?: { nowMs: number; idempotency: Idempotency | undefined },
  ): Promise<Made<Annotation>> {
    const write = async (manager: EntityManager) => {
      const { identifiers } = await manager.insert(this.database.entities.annotation, { runId, ...annotation });
      return String(identifiers[0]?.['id'] ?? 0);
    };
    // Executors annotate often, and repeat nothing: they wait for nobody.
    if (once?.idempotency === undefined) {
      const id = await this.database.append(write);
      return { item: { id: Number(id), ...annotation }, replayed: false };
    }
    return this.database.control(async (manager) => {
      const { id, replayed } = await createOnce(this.database, manager, { scope: runId, ...once }, () =>
        write(manager),
      );
      const row = await manager.findOneByOrFail(this.database.entities.annotation, { id: Number(id) });
      return { item: { id: row.id, atMs: row.atMs, label: row.label, source: row.source }, replayed };
    });
  }

  async annotations(runId: string): Promise<Annotation[]> {
    const rows = await this.database.manager.find(this.database.entities.annotation, {
      where: { runId },
      order: { atMs: 'ASC', id: 'ASC' },
    });
    return rows.map(({ id, atMs, label, source }) => ({ id, atMs, label, source }));
  }
}
