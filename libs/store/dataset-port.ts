import type {
  Dataset,
  DatasetFile,
  DatasetSourceKind,
  RowSizes,
  S3Secrets,
  Upload,
  UploadPart,
} from '#libs/contract/dataset.js';
import type { DatasetBook } from '#libs/dataset/dataset-book.js';
import type { Scope } from './platform/port.js';

/** A file as it is registered; the figures of its rows where it was read. */
export type StoredFile = DatasetFile & {
  brokenRows: number | null;
  firstBroken: string | null;
  sizes: RowSizes | null;
};

/** What is written when a dataset is registered. The store adds up its files, and encrypts the secrets. */
export interface NewStoredDataset extends Pick<
  Dataset,
  'id' | 'projectId' | 'name' | 'location' | 'header' | 'columns' | 'delimiter' | 'packing' | 'createdAtMs'
> {
  source: DatasetSourceKind;
  secrets: S3Secrets | null;
  files: readonly StoredFile[];
}

export interface DatasetFilter {
  /** Of one project only; null for all of them. */
  projectId?: Scope | undefined;
  source?: DatasetSourceKind | undefined;
  limit: number;
  /** Opaque; from a former page. Newest first. */
  cursor?: string | undefined;
}

export type NewStoredUpload = Omit<Upload, 'received' | 'parts'> & Pick<Dataset, 'projectId'>;

/** Files on their way; `received` of an upload are the parts that are whole on disk. Scope: of one project, or all. */
export interface UploadStore {
  create(upload: NewStoredUpload): Promise<void>;
  find(datasetId: string, id: string, scope: Scope): Promise<Upload | null>;
  list(datasetId: string, scope: Scope): Promise<Upload[]>;
  count(datasetId: string): Promise<number>;
  /** Before a part is written over: what was there counts no more. */
  forgetPart(id: string, number: number): Promise<void>;
  keepPart(id: string, part: UploadPart): Promise<void>;
  delete(id: string): Promise<void>;
}

export interface DatasetStore extends DatasetBook {
  uploads: UploadStore;
  create(dataset: NewStoredDataset): Promise<Dataset>;
  find(id: string, scope: Scope): Promise<Dataset | null>;
  list(filter: DatasetFilter): Promise<{ items: Dataset[]; nextCursor: string | null }>;
  /** By name. */
  files(id: string, page: { after?: string | undefined; limit: number }): Promise<DatasetFile[]>;
  file(id: string, name: string): Promise<DatasetFile | null>;
  /** Replaces a file of this name; the dataset's sums are those of its files. CodedError DATASET_NOT_FOUND. */
  addFile(id: string, file: StoredFile, columns: readonly string[] | null): Promise<Dataset>;
  /** Forgets it; answers what it was. CodedError DATASET_NOT_FOUND, and CONFLICT while a run that has not ended names it. */
  delete(id: string, scope: Scope): Promise<Dataset>;
  /** Folders below the data root that generate runs and uploads of other projects have filled. */
  foreignFolders(projectId: string): Promise<string[]>;
}
