import type { Annotation, Artifact } from '#libs/contract/artifact.js';
import type { Database } from './database.js';
import type { ArtifactPart, ArtifactStore } from './artifact-port.js';

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

  async annotate(runId: string, annotation: Omit<Annotation, 'id'>): Promise<Annotation> {
    const row = { runId, ...annotation };
    const { identifiers } = await this.database.append((manager) =>
      manager.insert(this.database.entities.annotation, row),
    );
    return { id: Number(identifiers[0]?.['id'] ?? 0), ...annotation };
  }

  async annotations(runId: string): Promise<Annotation[]> {
    const rows = await this.database.manager.find(this.database.entities.annotation, {
      where: { runId },
      order: { atMs: 'ASC', id: 'ASC' },
    });
    return rows.map(({ id, atMs, label, source }) => ({ id, atMs, label, source }));
  }
}
