import { relative } from 'node:path';
import { Injectable } from '@nestjs/common';
import type { NewDatasetSource } from '#libs/contract/dataset.js';
import { CodedError } from '#libs/contract/problem.js';
import { type CsvFile, findCsvFiles, splitPattern } from '#libs/dataset/csv-files.js';
import { liesIn } from '#libs/dataset/folder-path.js';
import type { Store } from '#libs/store/port.js';
import type { DatasetLocation, DatasetSourceKind, S3Secrets } from '#libs/contract/dataset.js';
import type { ApiConfig } from '../config.js';
import { invalid } from '../problem/validation.pipe.js';
import { TargetGuard } from '../runs/target-guard.js';
import { InjectConfig, InjectStore } from '../tokens.js';
import { dataRootOf, realFolder } from './dataset-places.js';

/** What a registration names, as it is now. */
export interface FoundDataset {
  source: DatasetSourceKind;
  location: DatasetLocation;
  secrets: S3Secrets | null;
  files: CsvFile[];
}

type SourceOf<T extends NewDatasetSource['type']> = Extract<NewDatasetSource, { type: T }>;

/** Finds the files that a registration names: below the data root, or in a store that may be asked. */
@Injectable()
export class DatasetFinder {
  constructor(
    @InjectStore() private readonly store: Store,
    @InjectConfig() private readonly config: ApiConfig,
    private readonly targets: TargetGuard,
  ) {}

  /** Throws CodedError VALIDATION_FAILED or INPUT_UNREADABLE. `id` and `projectId` are those of the new dataset. */
  async find(source: NewDatasetSource, id: string, projectId: string): Promise<FoundDataset> {
    if (source.type === 'path') return this.onDisk(source, projectId);
    return source.type === 's3' ? this.inBucket(source) : uploads(id);
  }

  private async onDisk({ path }: SourceOf<'path'>, projectId: string): Promise<FoundDataset> {
    const dataRoot = await dataRootOf(this.config.dataDir);
    const { folder: given, pattern } = splitPattern(path);
    const folder = given === '.' ? '' : given;
    const real = await realFolder(dataRoot, folder);
    const foreign = await this.store.datasets.foreignFolders(projectId);
    // By where it really is, whatever links lead there.
    const isForeign = (at: string) => foreign.some((other) => liesIn(relative(dataRoot, at), other));
    if (real === undefined || isForeign(real)) {
      const message = `expected a folder below the data root, found none at ${JSON.stringify(folder)}, or a symbolic link out of it`;
      throw invalid([{ path: 'source.path', message }], 'request body');
    }
    const shown = folder === '' ? 'the data root' : folder;
    const files = await findCsvFiles(real, shown, pattern, isForeign);
    return { source: 'registered', location: { type: 'folder', folder }, secrets: null, files };
  }

  private async inBucket(source: SourceOf<'s3'>): Promise<FoundDataset> {
    const { type, endpoint, region, bucket, pathStyle, prefix, pattern, credentials = null } = source;
    const issues = await this.targets.inspectUrls([hostOf(source)], 'source.endpoint');
    if (issues.length > 0) throw invalid(issues, 'request body');
    const used = credentials ?? this.config.s3Credentials;
    if (used === undefined)
      throw new CodedError('VALIDATION_FAILED', 'The dataset cannot be read without credentials.', [
        {
          path: 'source.credentials',
          message: 'expected credentials here, or TIDEMARK_S3_ACCESS_KEY_ID of the API and its executors, found none',
        },
      ]);
    const { findS3Files } = await import('#libs/dataset/s3/s3-list.js');
    const place = { endpoint, region, bucket, pathStyle, credentials: used };
    const files = await findS3Files(place, { bucket, folder: prefix, pattern });
    const location = { type, endpoint, region, bucket, pathStyle, folder: prefix };
    return { source: 's3', location, secrets: credentials, files };
  }
}

/** Where requests go: the bucket may be a part of the host's name. */
const hostOf = ({ endpoint, bucket, pathStyle }: SourceOf<'s3'>): string =>
  pathStyle ? endpoint : endpoint.replace('://', `://${bucket}.`);

/** Files that are still to come have a folder of their own. */
const uploads = (id: string): FoundDataset => ({
  source: 'uploaded',
  location: { type: 'folder', folder: `uploads/${id}` },
  secrets: null,
  files: [],
});
