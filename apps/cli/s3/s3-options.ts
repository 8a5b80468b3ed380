import type { Command } from 'commander';
import { issuesOf } from '#libs/contract/issues.js';
import { NewDatasetSource } from '#libs/contract/dataset.js';
import { CodedError } from '#libs/contract/problem.js';
import { parseS3Pattern, type S3Pattern, type S3Place } from '#libs/dataset/s3/s3-object.js';
import type { S3Variables } from './config.js';

/** What commands that read datasets take for s3:// patterns, as commander gives it. The secret has no flag: flags are seen by others. */
export interface S3Options {
  s3Endpoint?: string;
  s3Region?: string;
  s3AccessKeyId?: string;
  s3VirtualHost?: boolean;
}

/** An s3:// pattern with all that is needed to read it. */
export interface S3Asked {
  place: S3Place;
  pattern: S3Pattern;
}

const FLAGS: Readonly<Record<string, string>> = {
  endpoint: '--s3-endpoint (AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL)',
  region: '--s3-region (AWS_REGION)',
  bucket: 's3://bucket/…',
  'credentials.accessKeyId': '--s3-access-key-id (AWS_ACCESS_KEY_ID)',
  'credentials.secretAccessKey': 'AWS_SECRET_ACCESS_KEY',
};

export const addS3Options = (command: Command): Command =>
  command
    .option('--s3-endpoint <url>', 'of an S3-compatible store, for s3://bucket/prefix/*.csv (AWS_ENDPOINT_URL_S3)')
    .option('--s3-region <name>', 'AWS_REGION; default us-east-1')
    .option('--s3-access-key-id <id>', 'AWS_ACCESS_KEY_ID; its secret is AWS_SECRET_ACCESS_KEY of the environment')
    .option('--s3-virtual-host', "the bucket's name stands before the endpoint's host");

export const isS3 = (text: string): boolean => text.startsWith('s3://');

/** The body of a registration, for what the flags and variables say. */
export const s3SourceInput = (text: string, options: S3Options, variables: S3Variables) => {
  const asked = parseS3Pattern(text);
  if (asked === undefined)
    throw new CodedError('VALIDATION_FAILED', 'the files cannot be read as asked', [
      { path: text, message: 'expected s3://bucket/prefix/pattern, such as s3://rows/2026/*.csv' },
    ]);
  const { accessKeyId, secretAccessKey, sessionToken } = variables;
  return {
    type: 's3' as const,
    endpoint: options.s3Endpoint ?? variables.endpoint,
    region: options.s3Region ?? variables.region,
    bucket: asked.bucket,
    pathStyle: options.s3VirtualHost !== true,
    prefix: asked.folder,
    pattern: asked.pattern,
    credentials: { accessKeyId: options.s3AccessKeyId ?? accessKeyId, secretAccessKey, sessionToken },
  };
};

/** Throws CodedError VALIDATION_FAILED with every problem, by flag or variable. */
export function s3Asked(text: string, options: S3Options, variables: S3Variables): S3Asked {
  const input = s3SourceInput(text, options, variables);
  const parsed = NewDatasetSource.safeParse(JSON.parse(JSON.stringify(input)));
  if (parsed.error || parsed.data.type !== 's3') {
    const issues = parsed.error ? issuesOf(parsed.error, input) : [];
    throw new CodedError(
      'VALIDATION_FAILED',
      'the files cannot be read as asked',
      issues.map(({ path, message }) => ({ path: FLAGS[path] ?? path, message })),
    );
  }
  const { endpoint, region, bucket, pathStyle, prefix: folder, pattern, credentials } = parsed.data;
  if (credentials === undefined) throw new CodedError('INTERNAL', 'credentials were parsed and are not there');
  return { place: { endpoint, region, bucket, pathStyle, credentials }, pattern: { bucket, folder, pattern } };
}
