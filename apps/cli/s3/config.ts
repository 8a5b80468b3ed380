import type { Environment } from '#libs/contract/settings.js';

/** Variables that other tools of S3 read as well. */
const NAMES = {
  endpoint: ['AWS_ENDPOINT_URL_S3', 'AWS_ENDPOINT_URL'],
  region: ['AWS_REGION', 'AWS_DEFAULT_REGION'],
  accessKeyId: ['TIDEMARK_S3_ACCESS_KEY_ID', 'AWS_ACCESS_KEY_ID'],
  secretAccessKey: ['TIDEMARK_S3_SECRET_ACCESS_KEY', 'AWS_SECRET_ACCESS_KEY'],
  sessionToken: ['TIDEMARK_S3_SESSION_TOKEN', 'AWS_SESSION_TOKEN'],
} as const;

export type S3Variables = { [N in keyof typeof NAMES]?: string | undefined };

/** Empty variables are none. */
export function s3VariablesOf(environment: Environment): S3Variables {
  const found = (names: readonly string[]): string | undefined =>
    names.map((name) => environment[name]).find((value) => value !== undefined && value !== '');
  return Object.fromEntries(Object.entries(NAMES).map(([name, variables]) => [name, found(variables)]));
}

/** Of this process. */
export const s3Variables = (): S3Variables => s3VariablesOf(process.env);
