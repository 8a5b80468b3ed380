import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { CodedError } from '#libs/contract/problem.js';

/** Variables of the load generator that a load reads; flags win. */
const NAMES = [
  'CSV_DIR',
  'FILE_GLOB',
  'CSV_HAS_HEADER',
  'SCYLLA_HOSTS',
  'SCYLLA_PORT',
  'SCYLLA_KEYSPACE',
  'SCYLLA_TABLE',
  'SCYLLA_USERNAME',
  'SCYLLA_PASSWORD',
  'SCYLLA_CONSISTENCY',
] as const;

export type LoadVariables = { [N in (typeof NAMES)[number]]?: string | undefined };

function readFile(file: string): Readonly<Record<string, string | undefined>> {
  try {
    return parseEnv(readFileSync(file, 'utf8'));
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error);
    throw new CodedError('VALIDATION_FAILED', `the file of --env-file cannot be read: ${cause}`);
  }
}

/** The load generator's variables, of a file where one is named, over those of the environment. Empty ones are none. */
export function loadVariables(file: string | undefined): LoadVariables {
  const all = { ...process.env, ...(file === undefined ? {} : readFile(file)) };
  return Object.fromEntries(NAMES.map((name) => [name, all[name] === '' ? undefined : all[name]]));
}
