import { z } from 'zod';

export const DatasetSourceKind = z
  .enum(['generated', 'registered', 'uploaded', 's3'])
  .meta({ id: 'DatasetSourceKind' });
export type DatasetSourceKind = z.infer<typeof DatasetSourceKind>;

export const Packing = z.enum(['none', 'gzip', 'zstd']).meta({ id: 'Packing' });

/** Keys of an S3-compatible store, as posted: stored encrypted, never answered. */
export const S3Secrets = z
  .strictObject({
    accessKeyId: z.string().min(1).max(256),
    secretAccessKey: z.string().min(1).max(1024).meta({ writeOnly: true }),
    sessionToken: z.string().min(1).max(8192).optional().meta({ writeOnly: true }),
  })
  .meta({ id: 'S3Secrets' });
export type S3Secrets = z.infer<typeof S3Secrets>;

const BucketName = z.string().regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'expected the name of a bucket');

const s3Place = {
  endpoint: z
    .url({ protocol: /^https?$/, error: 'expected a URL such as https://s3.eu-central-1.amazonaws.com' })
    .max(1024)
    .refine((url) => /^https?:\/\/[^/?#@]+\/?$/.test(url), 'expected scheme, host and port alone')
    .describe('Of the store; in the networks that targets may be in'),
  region: z.string().min(1).max(64).default('us-east-1'),
  bucket: BucketName,
  pathStyle: z.boolean().default(true).describe("False: the bucket's name stands before the endpoint's host"),
};

/** Some characters that no path of ours can have: NUL ends it early, a backslash separates elsewhere. */
const PathPattern = z
  .string()
  .min(1)
  .max(1024)
  .refine((text) => !/[\0\\]/.test(text), 'expected no NUL and no backslash')
  .refine((text) => !text.startsWith('/'), 'expected a path below the data root, found an absolute one')
  .refine(
    (text) => text.split('/').every((part) => part !== '' && !part.startsWith('.')),
    'expected no empty part and none that begins with a dot',
  );

/** Where the files of a new dataset are. */
export const NewDatasetSource = z
  .discriminatedUnion('type', [
    z
      .strictObject({
        type: z.literal('path'),
        path: PathPattern.describe('Of a file or files below the data root: * and ? in a folder, ** over folders'),
      })
      .describe('Files below the data root'),
    z
      .strictObject({
        type: z.literal('s3'),
        ...s3Place,
        prefix: z.string().max(1024).default('').describe('What the keys begin with'),
        pattern: z.string().min(1).max(512).default('**').describe('Of the rest of the keys: *, ?, ** and {a,b}'),
        credentials: S3Secrets.optional().describe('Those of the environment of the processes when absent'),
      })
      .describe('Objects of an S3-compatible store'),
    z.strictObject({ type: z.literal('upload') }).describe('None yet: they are uploaded in parts'),
  ])
  .meta({ id: 'NewDatasetSource' });
export type NewDatasetSource = z.infer<typeof NewDatasetSource>;

/** The body of POST /v1/datasets. */
export const NewDataset = z
  .strictObject({
    name: z.string().min(1).max(200).optional(),
    source: NewDatasetSource,
    header: z.boolean().default(true).describe('The first row of every file names the columns'),
    columns: z
      .array(z.string().min(1).max(256))
      .min(1)
      .max(1000)
      .refine((names) => new Set(names).size === names.length, 'expected every name once')
      .optional()
      .describe('What every file must have; without a header: what its columns are'),
    delimiter: z
      .string()
      .length(1)
      .regex(/[^"\r\n]/, 'expected one character that is no quote and no line end')
      .default(','),
    packing: Packing.optional().describe('Of all files; by their names (.gz, .zst) when absent'),
    scan: z
      .boolean()
      .optional()
      .describe('Read every file for rows, sizes and checksums; when absent only up to 1 GiB in all'),
  })
  .meta({ id: 'NewDataset' });
export type NewDataset = z.infer<typeof NewDataset>;

/** Where the files of a dataset are, as stored and answered: without secrets. */
export const DatasetLocation = z
  .discriminatedUnion('type', [
    z.object({ type: z.literal('folder'), folder: z.string().describe('Below the data root; empty for itself') }),
    z.object({
      type: z.literal('s3'),
      ...s3Place,
      folder: z.string().describe('What the names leave out of the keys'),
    }),
  ])
  .meta({ id: 'DatasetLocation' });
export type DatasetLocation = z.infer<typeof DatasetLocation>;

/** How large the rows are: bytes of all values of a row, separators and quotes not. */
export const RowSizes = z
  .object({
    minBytes: z.int(),
    maxBytes: z.int(),
    meanBytes: z.number(),
    bins: z.array(z.object({ fromBytes: z.int(), toBytes: z.int(), rows: z.int() })).describe('Empty ones left out'),
  })
  .meta({ id: 'RowSizes' });
export type RowSizes = z.infer<typeof RowSizes>;

/** How the files of a dataset are read. */
const DatasetFormat = z.object({
  header: z.boolean(),
  columns: z.array(z.string()).nullable(),
  delimiter: z.string(),
  packing: Packing.nullable().describe('Null: by the names of the files'),
});

export const Dataset = DatasetFormat.extend({
  id: z.string(),
  projectId: z.string(),
  name: z.string().nullable(),
  source: DatasetSourceKind,
  location: DatasetLocation,
  hasCredentials: z.boolean().describe('Stored with it; else those of the environment are used'),
  files: z.int(),
  bytes: z.int().describe('As stored, packed ones packed'),
  rows: z.int().nullable().describe('Null where the files were not read'),
  brokenRows: z.int().nullable().describe('Of rows: those that no run can use; the first is in firstBroken'),
  firstBroken: z.string().nullable(),
  sizes: RowSizes.nullable(),
  checksum: z.string().nullable().describe('SHA-256 of the lines "<sha256>  <name>" of all files, by name'),
  seed: z.int().nullable().describe('Of generated ones'),
  createdAtMs: z.int(),
}).meta({ id: 'Dataset' });
export type Dataset = z.infer<typeof Dataset>;

export const DatasetFile = z
  .object({
    name: z.string(),
    bytes: z.int(),
    rows: z.int().nullable(),
    sha256: z.string().nullable().describe('Of the bytes as stored'),
    etag: z.string().nullable().describe('Of the object; it is read as this one or not at all'),
    modifiedMs: z.int(),
  })
  .meta({ id: 'DatasetFile' });
export type DatasetFile = z.infer<typeof DatasetFile>;

export const Sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'expected a SHA-256 as 64 lower-case hexadecimal digits');

/** The body of POST /v1/datasets/{id}/uploads. */
export const NewUpload = z
  .strictObject({
    name: z
      .string()
      .max(255)
      .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, 'expected a file name of letters, digits and . _ -')
      .describe('Of the file; one that is there already is replaced when the upload is complete'),
    bytes: z.int().min(1).max(5e13).describe('Of the whole file'),
    partBytes: z.int().min(1).max(67_108_864).default(8_388_608).describe('Of every part but the last'),
    sha256: Sha256.optional().describe('Of the whole file, compared when it is complete'),
  })
  .refine(({ bytes, partBytes }) => bytes / partBytes <= 100_000, {
    message: 'expected at most 100,000 parts: take larger ones',
    path: ['partBytes'],
  })
  .meta({ id: 'NewUpload' });
export type NewUpload = z.infer<typeof NewUpload>;

export const UploadPart = z
  .object({ number: z.int().describe('From 1'), bytes: z.int(), sha256: z.string() })
  .meta({ id: 'UploadPart' });
export type UploadPart = z.infer<typeof UploadPart>;

export const Upload = z
  .object({
    id: z.string(),
    datasetId: z.string(),
    name: z.string(),
    bytes: z.int(),
    partBytes: z.int(),
    parts: z.int(),
    sha256: z.string().nullable(),
    received: z.array(UploadPart).describe('What need not be sent again'),
    createdAtMs: z.int(),
  })
  .meta({ id: 'Upload' });
export type Upload = z.infer<typeof Upload>;
