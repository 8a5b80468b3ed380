import { z } from 'zod';
import { Dataset, DatasetFile, DatasetSourceKind, Upload } from '#libs/contract/dataset.js';

/** Any text that is no id simply names no dataset; only its length is bounded. */
export const DatasetParam = z.object({ id: z.string().min(1).max(64) });
export type DatasetParam = z.infer<typeof DatasetParam>;

export const FileParam = DatasetParam.extend({
  name: z.string().min(1).max(2048).describe('As listed; a / in it is sent as %2F'),
});
export type FileParam = z.infer<typeof FileParam>;

export const UploadParam = DatasetParam.extend({ uploadId: z.string().min(1).max(64) });
export type UploadParam = z.infer<typeof UploadParam>;

export const PartParam = UploadParam.extend({ number: z.coerce.number().int().min(1).max(100_000) });
export type PartParam = z.infer<typeof PartParam>;

export const ListDatasets = z.strictObject({
  source: DatasetSourceKind.optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().min(1).max(1024).optional().describe('nextCursor of the page before'),
});
export type ListDatasets = z.infer<typeof ListDatasets>;

export const DatasetPage = z
  .object({ items: z.array(Dataset).describe('Newest first'), nextCursor: z.string().nullable() })
  .meta({ id: 'DatasetPage' });
export type DatasetPage = z.infer<typeof DatasetPage>;

export const ListDatasetFiles = z.strictObject({
  after: z.string().min(1).max(2048).optional().describe('Names after this one'),
  limit: z.coerce.number().int().min(1).max(10_000).default(1000),
});
export type ListDatasetFiles = z.infer<typeof ListDatasetFiles>;

export const DatasetFiles = z
  .object({ items: z.array(DatasetFile).describe('By name'), nextAfter: z.string().nullable() })
  .meta({ id: 'DatasetFiles' });
export type DatasetFiles = z.infer<typeof DatasetFiles>;

export const DeleteDataset = z.strictObject({
  files: z
    .enum(['true', 'false'])
    .default('false')
    .describe('true: the files as well; only of generated and uploaded datasets'),
});
export type DeleteDataset = z.infer<typeof DeleteDataset>;

export const Uploads = z.object({ items: z.array(Upload).describe('Those under way') }).meta({ id: 'Uploads' });
export type Uploads = z.infer<typeof Uploads>;
