import { EntitySchema } from 'typeorm';
import type { Dataset, DatasetLocation, DatasetSourceKind, RowSizes } from '#libs/contract/dataset.js';
import { DEFAULT_PROJECT } from '#libs/contract/project.js';
import { big, bool, int, json, key, optional, quoted, text } from './column.js';

/* Rows as the database has them, and their tables. */

export interface DatasetRow {
  id: string;
  projectId: string;
  name: string | null;
  source: DatasetSourceKind;
  location: DatasetLocation;
  /** Encrypted. */
  secrets: string | null;
  header: boolean;
  columns: string[] | null;
  delimiter: string;
  packing: Dataset['packing'];
  fileCount: number;
  bytes: number;
  rows: number | null;
  brokenRows: number | null;
  firstBroken: string | null;
  sizes: RowSizes | null;
  checksum: string | null;
  seed: number | null;
  /** Of what a generated one was made by. */
  fingerprint: string | null;
  createdAtMs: number;
}

export interface DatasetFileRow {
  datasetId: string;
  name: string;
  bytes: number;
  modifiedMs: number;
  rows: number | null;
  brokenRows: number | null;
  firstBroken: string | null;
  sizes: RowSizes | null;
  sha256: string | null;
  etag: string | null;
}

export interface UploadRow {
  id: string;
  projectId: string;
  datasetId: string;
  name: string;
  bytes: number;
  partBytes: number;
  sha256: string | null;
  createdAtMs: number;
}

export interface UploadPartRow {
  uploadId: string;
  number: number;
  bytes: number;
  sha256: string;
}

export const datasetEntities = {
  dataset: new EntitySchema<DatasetRow>({
    name: 'Dataset',
    tableName: 'datasets',
    columns: {
      id: text('id', key),
      projectId: text('project_id', { default: DEFAULT_PROJECT }),
      name: text('name', optional),
      source: text('source'),
      location: json('location'),
      secrets: text('secrets', optional),
      header: bool('header'),
      columns: json('columns', optional),
      delimiter: text('delimiter'),
      packing: text('packing', optional),
      fileCount: int('file_count'),
      bytes: big('bytes'),
      rows: big('row_count', optional),
      brokenRows: big('broken_rows', optional),
      firstBroken: quoted('first_broken', optional),
      sizes: json('sizes', optional),
      checksum: text('checksum', optional),
      seed: big('seed', optional),
      fingerprint: text('fingerprint', optional),
      createdAtMs: big('created_at_ms'),
    },
    indices: [
      { name: 'datasets_created', columns: ['createdAtMs', 'id'] },
      { name: 'datasets_project', columns: ['projectId', 'createdAtMs'] },
    ],
  }),
  datasetFile: new EntitySchema<DatasetFileRow>({
    name: 'DatasetFile',
    tableName: 'dataset_files',
    columns: {
      datasetId: text('dataset_id', key),
      name: text('name', key),
      bytes: big('bytes'),
      modifiedMs: big('modified_ms'),
      rows: big('row_count', optional),
      brokenRows: big('broken_rows', optional),
      firstBroken: quoted('first_broken', optional),
      sizes: json('sizes', optional),
      sha256: text('sha256', optional),
      etag: text('etag', optional),
    },
  }),
  upload: new EntitySchema<UploadRow>({
    name: 'Upload',
    tableName: 'dataset_uploads',
    columns: {
      id: text('id', key),
      projectId: text('project_id', { default: DEFAULT_PROJECT }),
      datasetId: text('dataset_id'),
      name: text('name'),
      bytes: big('bytes'),
      partBytes: int('part_bytes'),
      sha256: text('sha256', optional),
      createdAtMs: big('created_at_ms'),
    },
    indices: [{ name: 'dataset_uploads_dataset', columns: ['datasetId'] }],
  }),
  uploadPart: new EntitySchema<UploadPartRow>({
    name: 'UploadPart',
    tableName: 'dataset_upload_parts',
    columns: {
      uploadId: text('upload_id', key),
      number: int('part_number', key),
      bytes: int('bytes'),
      sha256: text('sha256'),
    },
  }),
};
