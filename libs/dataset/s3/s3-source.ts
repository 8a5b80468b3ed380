import type { DataSource } from '../data-source.js';
import type { S3Pattern, S3Place } from './s3-object.js';

/** The objects below a folder of a bucket, listed anew for each run. */
export const s3Source = (
  place: S3Place,
  { bucket, folder }: Pick<S3Pattern, 'bucket' | 'folder'>,
  stateFolder: string,
): DataSource => ({
  shown: `s3://${bucket}/${folder}`,
  stateFolder,
  async find(pattern) {
    const { findS3Files } = await import('./s3-list.js');
    return findS3Files(place, { bucket, folder, pattern });
  },
});
