import type { DatasetRemote } from '../datasets/dataset-remote.js';
import { s3Variables } from './config.js';
import { s3SourceInput, type S3Options } from './s3-options.js';

/** Registers what an s3:// pattern matches now with a server, so that its executors can read it; answers its id. */
export async function registerS3(datasets: DatasetRemote, files: string, options: S3Options): Promise<string> {
  const source = s3SourceInput(files, options, s3Variables());
  // The run itself reads the rows: they need not be read twice.
  const { id } = await datasets.register({ name: files, scan: false, source });
  return id;
}
