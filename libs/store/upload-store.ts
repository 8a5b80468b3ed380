import type { Upload, UploadPart } from '#libs/contract/dataset.js';
import type { Database } from './database.js';
import type { NewStoredUpload, UploadStore } from './dataset-port.js';
import type { Scope } from './platform/port.js';

/** Uploads in the database; the bytes are on disk. */
export class SqlUploadStore implements UploadStore {
  constructor(private readonly database: Database) {}

  async create(upload: NewStoredUpload): Promise<void> {
    await this.database.append((manager) => manager.insert(this.database.entities.upload, upload));
  }

  async find(datasetId: string, id: string, scope: Scope): Promise<Upload | null> {
    const { manager, entities } = this.database;
    const where = { id, datasetId, ...(scope !== null && { projectId: scope }) };
    const row = await manager.findOneBy(entities.upload, where);
    if (row === null) return null;
    const { projectId: _projectId, ...upload } = row;
    const received = await manager.find(entities.uploadPart, { where: { uploadId: id }, order: { number: 'ASC' } });
    return {
      ...upload,
      parts: Math.ceil(row.bytes / row.partBytes),
      received: received.map(({ number, bytes, sha256 }) => ({ number, bytes, sha256 })),
    };
  }

  async list(datasetId: string, scope: Scope): Promise<Upload[]> {
    const { manager, entities } = this.database;
    const rows = await manager.find(entities.upload, {
      where: { datasetId, ...(scope !== null && { projectId: scope }) },
      order: { createdAtMs: 'ASC', id: 'ASC' },
    });
    const found = await Promise.all(rows.map(({ id }) => this.find(datasetId, id, scope)));
    return found.filter((upload) => upload !== null);
  }

  count(datasetId: string): Promise<number> {
    return this.database.manager.countBy(this.database.entities.upload, { datasetId });
  }

  async forgetPart(id: string, number: number): Promise<void> {
    const { uploadPart } = this.database.entities;
    await this.database.append((manager) => manager.delete(uploadPart, { uploadId: id, number }));
  }

  async keepPart(id: string, part: UploadPart): Promise<void> {
    const { uploadPart } = this.database.entities;
    // One statement, for the same part may come twice at once.
    await this.database.append((manager) =>
      manager.upsert(uploadPart, { uploadId: id, ...part }, ['uploadId', 'number']),
    );
  }

  async delete(id: string): Promise<void> {
    const { upload, uploadPart } = this.database.entities;
    await this.database.append(async (manager) => {
      await manager.delete(uploadPart, { uploadId: id });
      await manager.delete(upload, { id });
    });
  }
}
