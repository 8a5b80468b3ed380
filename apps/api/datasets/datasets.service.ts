import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Injectable } from '@nestjs/common';
import type { Dataset, DatasetFile, NewDataset } from '#libs/contract/dataset.js';
import { CodedError } from '#libs/contract/problem.js';
import { DEFAULT_PROJECT } from '#libs/contract/project.js';
import { RECORD_FOLDER } from '#libs/dataset/file-record.js';
import { MANIFEST } from '#libs/dataset/manifest.js';
import type { Store } from '#libs/store/port.js';
import type { ApiConfig } from '../config.js';
import type { Caller } from '../keys/caller.js';
import { invalid } from '../problem/validation.pipe.js';
import { InjectConfig, InjectNowMs, InjectStore, type NowMs } from '../tokens.js';
import { DatasetFinder } from './dataset-finder.service.js';
import { dataRootOf, folderOf } from './dataset-places.js';
import { lookInside } from './dataset-scan.js';
import type { DatasetFiles, DatasetPage, ListDatasetFiles, ListDatasets } from './datasets.schema.js';

const ID_BYTES = 12;

/** Who asks, as far as datasets go. */
export type Asker = Pick<Caller, 'projectId'>;

/** Datasets as callers see them: registered, listed, deleted. One of another project is none. */
@Injectable()
export class DatasetsService {
  constructor(
    @InjectStore() private readonly store: Store,
    @InjectConfig() private readonly config: ApiConfig,
    @InjectNowMs() private readonly nowMs: NowMs,
    private readonly finder: DatasetFinder,
  ) {}

  async register(caller: Asker, body: NewDataset): Promise<Dataset> {
    const { name = null, header, delimiter, packing = null } = body;
    if (!header && body.columns === undefined)
      throw invalid(
        [{ path: 'columns', message: 'expected the names of the columns, for no header names them' }],
        'request body',
      );
    const id = `ds-${randomBytes(ID_BYTES).toString('hex')}`;
    const projectId = caller.projectId ?? DEFAULT_PROJECT;
    const found = await this.finder.find(body.source, id, projectId);
    const { files, columns } = await lookInside(found.files, body);
    const { source, location, secrets } = found;
    const format = { header, delimiter, packing, columns: columns ?? body.columns ?? null };
    return this.store.datasets.create({
      id,
      projectId,
      name,
      source,
      location,
      secrets,
      files,
      ...format,
      createdAtMs: this.nowMs(),
    });
  }

  list({ projectId }: Asker, filter: ListDatasets): Promise<DatasetPage> {
    return this.store.datasets.list({ ...filter, projectId });
  }

  /** Throws CodedError DATASET_NOT_FOUND. */
  async get({ projectId }: Asker, id: string): Promise<Dataset> {
    const dataset = await this.store.datasets.find(id, projectId);
    if (dataset) return dataset;
    throw new CodedError('DATASET_NOT_FOUND', `There is no dataset ${id}; GET /v1/datasets lists the datasets.`);
  }

  async files(caller: Asker, id: string, { after, limit }: ListDatasetFiles): Promise<DatasetFiles> {
    await this.get(caller, id);
    const items = await this.store.datasets.files(id, { after, limit: limit + 1 });
    const page = items.slice(0, limit);
    return { items: page, nextAfter: items.length > limit ? (page.at(-1)?.name ?? null) : null };
  }

  /** With `withFiles` the files of a generated or uploaded dataset are removed as well. */
  async delete(caller: Asker, id: string, withFiles: boolean): Promise<void> {
    const { source, location } = await this.get(caller, id);
    if (withFiles && source !== 'generated' && source !== 'uploaded')
      throw invalid(
        [{ path: 'files', message: `expected false: the files of a ${source} dataset are not ours to remove` }],
        'query',
      );
    const dataRoot = await dataRootOf(this.config.dataDir);
    const folder = withFiles && location.type === 'folder' ? await folderOf(dataRoot, id, location) : undefined;
    const files = folder === undefined ? [] : await this.store.datasets.files(id, { limit: Number.MAX_SAFE_INTEGER });
    await this.store.datasets.delete(id, caller.projectId);
    if (folder !== undefined) await remove(folder, source, files);
  }
}

async function remove(folder: string, source: Dataset['source'], files: readonly DatasetFile[]): Promise<void> {
  // The folder of an uploaded dataset is its own; that of a generated one may hold other things.
  if (source === 'uploaded') return rm(folder, { recursive: true, force: true });
  await rm(join(folder, MANIFEST), { force: true });
  for (const { name } of files) {
    await rm(join(folder, name), { force: true });
    await rm(join(folder, RECORD_FOLDER, `${name}.json`), { force: true });
  }
}
