import { In, Not, type EntityManager } from 'typeorm';
import { CodedError } from '#libs/contract/coded-error.js';
import type { Dataset, DatasetFile } from '#libs/contract/dataset.js';
import { isEnded, RunStatus } from '#libs/contract/status.js';
import { overlap } from '#libs/dataset/folder-path.js';
import type { GeneratedDataset, ListedDataset } from '#libs/dataset/dataset-book.js';
import type { Database } from './database.js';
import type { DatasetFileRow, DatasetRow } from './dataset-entities.js';
import type { DatasetFilter, DatasetStore, NewStoredDataset, StoredFile, UploadStore } from './dataset-port.js';
import { sumsOf } from './dataset-sums.js';
import { insertRows } from './insert-rows.js';
import type { Scope } from './platform/port.js';
import type { Vault } from './vault.js';

/** PostgreSQL takes 65,535 values in a statement. */
const ROWS_AT_ONCE = 1_000;
const OPEN = RunStatus.options.filter((status) => !isEnded(status));

const viewOf = ({ secrets, fingerprint: _fingerprint, fileCount, ...row }: DatasetRow): Dataset => ({
  ...row,
  hasCredentials: secrets !== null,
  files: fileCount,
});

const fileOf = ({ name, bytes, rows, sha256, etag, modifiedMs }: DatasetFileRow): DatasetFile => ({
  name,
  bytes,
  rows,
  sha256,
  etag,
  modifiedMs,
});

const cursorOf = ({ createdAtMs, id }: DatasetRow): string => Buffer.from(`${createdAtMs}:${id}`).toString('base64url');

const whereOf = (id: string, scope: Scope) => ({ id, ...(scope !== null && { projectId: scope }) });

const unknown = (id: string): CodedError =>
  new CodedError('DATASET_NOT_FOUND', `there is no dataset ${id}; GET /v1/datasets lists the datasets`);

/** Datasets in the database. */
export class SqlDatasetStore implements DatasetStore {
  constructor(
    private readonly database: Database,
    private readonly vault: Vault,
    readonly uploads: UploadStore,
  ) {}

  create({ secrets, files, ...dataset }: NewStoredDataset): Promise<Dataset> {
    const { dataset: table } = this.database.entities;
    return this.database.append(async (manager) => {
      const row = {
        ...dataset,
        ...sumsOf(files),
        secrets: secrets && this.vault.seal(JSON.stringify(secrets), 'source.credentials'),
        seed: null,
        fingerprint: null,
      };
      await manager.insert(table, row);
      await this.insertFiles(manager, dataset.id, files);
      return viewOf(row);
    });
  }

  keepGenerated(made: GeneratedDataset, runId: string): Promise<void> {
    const { dataset: table } = this.database.entities;
    return this.database.control(async (manager) => {
      const projectId = await this.projectOf(manager, runId);
      await this.refuseForeign(manager, made.folder, projectId);
      const generated = await manager.findBy(table, { source: 'generated' });
      for (const { id, location, fingerprint } of generated)
        if (location.type === 'folder' && location.folder === made.folder && fingerprint !== made.fingerprint)
          await this.drop(manager, id);
      if (generated.some(({ id }) => id === made.id)) return;
      const files = made.files.map((file) => ({ ...file, brokenRows: 0, firstBroken: null, sizes: null }));
      await manager.insert(table, {
        id: made.id,
        projectId,
        name: made.folder,
        source: 'generated',
        location: { type: 'folder', folder: made.folder },
        secrets: null,
        header: made.header,
        columns: [...made.columns],
        delimiter: ',',
        packing: null,
        ...sumsOf(files),
        sizes: { ...made.sizes, bins: [...made.sizes.bins] },
        seed: made.seed,
        fingerprint: made.fingerprint,
        createdAtMs: made.createdAtMs,
      });
      await this.insertFiles(manager, made.id, files);
    });
  }

  async requireFolder(folder: string, runId: string): Promise<void> {
    const { manager } = this.database;
    await this.refuseForeign(manager, folder, await this.projectOf(manager, runId));
  }

  async foreignFolders(projectId: string): Promise<string[]> {
    return this.foldersOfOthers(this.database.manager, projectId);
  }

  async find(id: string, scope: Scope): Promise<Dataset | null> {
    const row = await this.database.manager.findOneBy(this.database.entities.dataset, whereOf(id, scope));
    return row && viewOf(row);
  }

  async listed(id: string): Promise<ListedDataset | null> {
    const { manager, entities } = this.database;
    const row = await manager.findOneBy(entities.dataset, { id });
    if (row === null) return null;
    const files = await manager.find(entities.datasetFile, { where: { datasetId: id }, order: { name: 'ASC' } });
    return {
      id,
      place: row.location,
      packing: row.packing,
      secrets: row.secrets === null ? null : this.vault.openS3(row.secrets),
      // By name as JavaScript compares, whatever the database's collation is: every executor must see the same order.
      files: files.map(fileOf).toSorted((left, right) => (left.name < right.name ? -1 : 1)),
    };
  }

  async list({
    projectId,
    source,
    limit,
    cursor,
  }: DatasetFilter): Promise<{ items: Dataset[]; nextCursor: string | null }> {
    const query = this.database.manager
      .createQueryBuilder(this.database.entities.dataset, 'dataset')
      .orderBy('dataset.createdAtMs', 'DESC')
      .addOrderBy('dataset.id', 'DESC');
    if (projectId) query.andWhere('dataset.projectId = :projectId', { projectId });
    if (source) query.andWhere('dataset.source = :source', { source });
    if (cursor !== undefined) {
      const [before, beforeId] = Buffer.from(cursor, 'base64url').toString().split(':');
      if (beforeId === undefined || !Number.isSafeInteger(Number(before)))
        throw new CodedError('VALIDATION_FAILED', 'the cursor is not one of ours', [
          { path: 'cursor', message: 'expected the nextCursor of a former page' },
        ]);
      query.andWhere('(dataset.createdAtMs < :before OR (dataset.createdAtMs = :before AND dataset.id < :beforeId))', {
        before: Number(before),
        beforeId,
      });
    }
    const rows = await query.take(limit + 1).getMany();
    const page = rows.slice(0, limit);
    const last = page.at(-1);
    return { items: page.map(viewOf), nextCursor: rows.length > page.length && last ? cursorOf(last) : null };
  }

  async files(id: string, { after, limit }: { after?: string | undefined; limit: number }): Promise<DatasetFile[]> {
    const query = this.database.manager
      .createQueryBuilder(this.database.entities.datasetFile, 'file')
      .where('file.datasetId = :id', { id })
      .orderBy('file.name', 'ASC');
    if (after !== undefined) query.andWhere('file.name > :after', { after });
    return (await query.take(limit).getMany()).map(fileOf);
  }

  async file(id: string, name: string): Promise<DatasetFile | null> {
    const row = await this.database.manager.findOneBy(this.database.entities.datasetFile, { datasetId: id, name });
    return row && fileOf(row);
  }

  addFile(id: string, file: StoredFile, columns: readonly string[] | null): Promise<Dataset> {
    const { dataset: table, datasetFile } = this.database.entities;
    return this.database.control(async (manager) => {
      const row = await manager.findOneBy(table, { id });
      if (row === null) throw unknown(id);
      await manager.delete(datasetFile, { datasetId: id, name: file.name });
      await this.insertFiles(manager, id, [file]);
      const sums = sumsOf(await manager.findBy(datasetFile, { datasetId: id }));
      const changes = { ...sums, columns: row.columns ?? (columns && [...columns]) };
      await manager.update(table, { id }, changes);
      return viewOf({ ...row, ...changes });
    });
  }

  delete(id: string, scope: Scope): Promise<Dataset> {
    const { dataset: table, run } = this.database.entities;
    return this.database.control(async (manager) => {
      const row = await manager.findOneBy(table, whereOf(id, scope));
      if (row === null) throw unknown(id);
      const open = await manager.find(run, { where: { status: In(OPEN) }, select: { id: true, spec: true } });
      const user = open.find(({ spec }) => 'dataset' in spec && spec.dataset === id);
      if (user)
        throw new CodedError(
          'CONFLICT',
          `dataset ${id} is used by run ${user.id}: cancel that run or wait for its end`,
        );
      await this.drop(manager, id);
      return viewOf(row);
    });
  }

  /** The project of the run that made a dataset. */
  private async projectOf(manager: EntityManager, runId: string): Promise<string> {
    const { run } = this.database.entities;
    const found = await manager.findOne(run, { where: { id: runId }, select: { id: true, projectId: true } });
    if (found === null) throw new CodedError('RUN_NOT_FOUND', `there is no run ${runId}`);
    return found.projectId;
  }

  /** What others have only registered lay there before, and is everybody's. */
  private async foldersOfOthers(manager: EntityManager, projectId: string): Promise<string[]> {
    const { dataset: table } = this.database.entities;
    const where = { source: In(['generated', 'uploaded']), projectId: Not(projectId) };
    const rows = await manager.find(table, { where, select: { id: true, location: true } });
    return rows.flatMap(({ location }) => (location.type === 'folder' ? [location.folder] : []));
  }

  private async refuseForeign(manager: EntityManager, folder: string, projectId: string): Promise<void> {
    const foreign = await this.foldersOfOthers(manager, projectId);
    if (foreign.some((other) => overlap(folder, other)))
      throw new CodedError(
        'CONFLICT',
        `the folder ${folder} is that of another project's dataset, or lies in it or around it: name another one`,
      );
  }

  private async drop(manager: EntityManager, id: string): Promise<void> {
    const { dataset: table, datasetFile, upload, uploadPart } = this.database.entities;
    const uploads = await manager.findBy(upload, { datasetId: id });
    await manager.delete(uploadPart, { uploadId: In(uploads.map((each) => each.id)) });
    await manager.delete(upload, { datasetId: id });
    await manager.delete(datasetFile, { datasetId: id });
    await manager.delete(table, { id });
  }

  private async insertFiles(manager: EntityManager, datasetId: string, files: readonly StoredFile[]): Promise<void> {
    const rows = files.map((file) => ({ datasetId, ...file }));
    for (let at = 0; at < rows.length; at += ROWS_AT_ONCE)
      await insertRows(manager, this.database.entities.datasetFile, rows.slice(at, at + ROWS_AT_ONCE));
  }
}
