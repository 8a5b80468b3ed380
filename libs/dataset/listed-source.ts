import { createHash } from 'node:crypto';
import { realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { CodedError } from '#libs/contract/coded-error.js';
import { isDatasetId } from '#libs/contract/dataset-id.js';
import { type CsvFile, globOf, lookAt } from './csv-files.js';
import type { DatasetBook, ListedDataset, ListedFile, ListedSecrets } from './dataset-book.js';
import { openDatasetFolder } from './dataset-folder.js';
import { type DataSource, folderSource, type SourceOf } from './data-source.js';
import { RECORD_FOLDER } from './file-record.js';
import type { S3Place } from './s3/s3-object.js';

const SHOWN_PROBLEMS = 10;

/** A pattern without a / holds for the name of a file in any folder. */
function filterOf(pattern: string): (file: ListedFile) => boolean {
  const matches = globOf(pattern);
  return pattern.includes('/')
    ? ({ name }) => matches(name)
    : ({ name }) => matches(name.slice(name.lastIndexOf('/') + 1));
}

const refused = (shown: string, problems: readonly string[]): CodedError =>
  new CodedError(
    'INPUT_UNREADABLE',
    `${shown} cannot be read: ${problems.slice(0, SHOWN_PROBLEMS).join('; ')}${problems.length > SHOWN_PROBLEMS ? `; and ${problems.length - SHOWN_PROBLEMS} more` : ''}`,
  );

/** The files on disk, which must be those that were registered. Throws CodedError INPUT_UNREADABLE. */
async function onDisk(root: string, shown: string, { packing }: ListedDataset, files: readonly ListedFile[]) {
  const folder = await realpath(root).catch((cause: unknown) => {
    throw new CodedError(
      'INPUT_UNREADABLE',
      `${shown} cannot be read: there is no folder ${root}; do all processes see the same data root?`,
      [],
      { cause },
    );
  });
  const found: CsvFile[] = [];
  const problems: string[] = [];
  for (const { name, bytes } of files) {
    const file = await lookAt(folder, name);
    if (typeof file === 'string') problems.push(file);
    else if (file.bytes !== bytes)
      problems.push(`${name} has ${file.bytes} bytes, but had ${bytes} when it was registered: register it again`);
    else found.push({ ...file, ...(packing !== null && { packing }) });
  }
  if (problems.length > 0) throw refused(shown, problems);
  return found;
}

/** Where the progress of loads from a bucket is kept: the same for every registration of the same objects. */
export const s3StateFolder = (dataRoot: string, place: Omit<S3Place, 'credentials'>, folder: string): string => {
  const what = JSON.stringify([place.endpoint, place.bucket, folder]);
  return join(dataRoot, RECORD_FOLDER, `s3-${createHash('sha256').update(what).digest('hex').slice(0, 16)}`);
};

function inBucket(place: S3Place, folder: string, { packing }: ListedDataset, files: readonly ListedFile[]): CsvFile[] {
  return files.map(({ name, bytes, modifiedMs, etag }) => {
    const key = folder + name;
    const s3 = { place, key, etag: etag ?? '', bytes };
    return { name, path: `s3://${place.bucket}/${key}`, bytes, modifiedMs, s3, ...(packing !== null && { packing }) };
  });
}

function credentialsOf({ id, secrets }: ListedDataset, ofEnvironment: ListedSecrets | undefined): ListedSecrets {
  const credentials = secrets ?? ofEnvironment;
  if (credentials) return credentials;
  throw new CodedError(
    'INPUT_UNREADABLE',
    `dataset ${id} cannot be read: no credentials are stored with it, and this process has no TIDEMARK_S3_ACCESS_KEY_ID and TIDEMARK_S3_SECRET_ACCESS_KEY`,
  );
}

/** A registered dataset as a source. Throws CodedError INPUT_UNREADABLE. */
export function listedSource(
  dataRoot: string,
  dataset: ListedDataset,
  credentials: ListedSecrets | undefined,
): DataSource {
  const shown = `dataset ${dataset.id}`;
  const { place } = dataset;
  const wanted = (pattern: string): ListedFile[] => {
    const files = dataset.files.filter(filterOf(pattern));
    if (files.length > 0) return files;
    throw new CodedError(
      'INPUT_UNREADABLE',
      `No files found matching pattern '${pattern}' in ${shown}, which has ${dataset.files.length} files: check the pattern`,
    );
  };
  if (place.type === 'folder') {
    const root = join(dataRoot, place.folder);
    const stateFolder = join(root, RECORD_FOLDER);
    return { shown, stateFolder, find: (pattern) => onDisk(root, shown, dataset, wanted(pattern)) };
  }
  const { type: _type, folder, ...bucket } = place;
  const s3 = { ...bucket, credentials: credentialsOf(dataset, credentials) };
  return {
    shown,
    stateFolder: s3StateFolder(dataRoot, bucket, folder),
    find: (pattern) => Promise.resolve(wanted(pattern)).then((files) => inBucket(s3, folder, dataset, files)),
  };
}

/** Folders below the data root by their name, where the run's project may use them; registered datasets by their id. */
export const datasetSources =
  (
    dataRoot: string,
    book: Pick<DatasetBook, 'listed' | 'requireFolder'>,
    credentials: ListedSecrets | undefined,
  ): SourceOf =>
  async (dataset, runId) => {
    if (!isDatasetId(dataset)) {
      await book.requireFolder(dataset, runId);
      return folderSource(await openDatasetFolder(dataRoot, dataset));
    }
    const listed = await book.listed(dataset);
    if (listed) return listedSource(dataRoot, listed, credentials);
    throw new CodedError(
      'INPUT_UNREADABLE',
      `there is no dataset ${dataset} any more: GET /v1/datasets lists those that there are`,
    );
  };
