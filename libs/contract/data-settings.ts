import { z } from 'zod';
import { settingsError } from './settings.js';

/** Settings of every process that reads datasets. */
export const dataSettings = {
  TIDEMARK_DATA_DIR: z
    .string()
    .default('./.tidemark/data')
    .describe('Folder of the datasets; one that the API and all executors share'),
  TIDEMARK_S3_ACCESS_KEY_ID: z
    .string()
    .min(1)
    .optional()
    .describe('Key for datasets in S3-compatible stores that were registered without one'),
  TIDEMARK_S3_SECRET_ACCESS_KEY: z.string().min(1).optional().describe('Its secret'),
  TIDEMARK_S3_SESSION_TOKEN: z.string().min(1).optional().describe('Its session token, where it is a temporary one'),
};

/** Credentials of the environment. */
export interface EnvironmentCredentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string | undefined;
}

type Parsed = z.infer<z.ZodObject<typeof dataSettings>>;

/** Undefined where there are none. Throws CodedError VALIDATION_FAILED for half of them. */
export function credentialsOf({
  TIDEMARK_S3_ACCESS_KEY_ID: accessKeyId,
  TIDEMARK_S3_SECRET_ACCESS_KEY: secretAccessKey,
  TIDEMARK_S3_SESSION_TOKEN: sessionToken,
}: Omit<Parsed, 'TIDEMARK_DATA_DIR'>): EnvironmentCredentials | undefined {
  if (accessKeyId === undefined && secretAccessKey === undefined) return undefined;
  if (accessKeyId === undefined || secretAccessKey === undefined) {
    const path = accessKeyId === undefined ? 'TIDEMARK_S3_ACCESS_KEY_ID' : 'TIDEMARK_S3_SECRET_ACCESS_KEY';
    throw settingsError([
      { path, message: 'expected both of TIDEMARK_S3_ACCESS_KEY_ID and TIDEMARK_S3_SECRET_ACCESS_KEY, found one' },
    ]);
  }
  return { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) };
}
