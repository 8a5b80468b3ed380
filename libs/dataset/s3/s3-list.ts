import { paginateListObjectsV2 } from '@aws-sdk/client-s3';
import { CodedError } from '#libs/contract/coded-error.js';
import { type CsvFile, globOf } from '../csv-files.js';
import { s3ClientOf } from './s3-client.js';
import type { S3Pattern, S3Place } from './s3-object.js';
import { s3Problem } from './s3-problem.js';

/** More are no dataset any more that anybody can look at. */
const MOST_FILES = 100_000;

export interface ListOptions {
  /** Objects that the store answers at once; its own number, 1,000, when absent. */
  pageSize?: number | undefined;
}

/** What every key begins with that the pattern can match: a bucket need not be listed whole. */
const prefixOf = ({ folder, pattern }: S3Pattern): string => folder + (/^[^*?{]*/.exec(pattern)?.[0] ?? '');

/** Names whose segments begin with a dot are left out, as on disk; so is what stands for a folder. */
const isHidden = (name: string): boolean => name === '' || name.split('/').some((part) => part.startsWith('.'));

/**
 * The objects that a pattern matches, by name, as they are now. Throws CodedError INPUT_UNREADABLE when there is none, or
 * the store does not answer.
 */
export async function findS3Files(place: S3Place, wanted: S3Pattern, options: ListOptions = {}): Promise<CsvFile[]> {
  const shown = `s3://${wanted.bucket}/${wanted.folder}${wanted.pattern}`;
  const matches = globOf(wanted.pattern);
  const files: CsvFile[] = [];
  try {
    const pages = paginateListObjectsV2(
      { client: s3ClientOf(place), ...(options.pageSize !== undefined && { pageSize: options.pageSize }) },
      { Bucket: wanted.bucket, Prefix: prefixOf(wanted) },
    );
    for await (const { Contents: objects = [] } of pages)
      for (const { Key: key, ETag: etag, Size: bytes, LastModified: modified } of objects) {
        if (key === undefined || etag === undefined || bytes === undefined || !key.startsWith(wanted.folder)) continue;
        const name = key.slice(wanted.folder.length);
        if (isHidden(name) || !matches(name)) continue;
        const path = `s3://${wanted.bucket}/${key}`;
        files.push({ name, path, bytes, modifiedMs: modified?.getTime() ?? 0, s3: { place, key, etag, bytes } });
        if (files.length > MOST_FILES)
          throw new CodedError(
            'INPUT_UNREADABLE',
            `${shown} matches more than ${MOST_FILES} objects: name a narrower pattern`,
          );
      }
  } catch (error) {
    throw s3Problem(shown, place.endpoint, error);
  }
  if (files.length === 0)
    throw new CodedError('INPUT_UNREADABLE', `No files found matching ${shown}: check bucket, prefix and pattern`);
  return files.toSorted((left, right) => (left.name < right.name ? -1 : 1));
}
