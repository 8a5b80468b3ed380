import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { CodedError } from '#libs/contract/problem.js';
import type { Environment } from '#libs/contract/settings.js';

/** The variables of a file of NAME=value lines; none without a file. Throws CodedError VALIDATION_FAILED that begins with `refusal`. */
export function readEnvFile(file: string | undefined, refusal: string): Environment {
  if (file === undefined) return {};
  try {
    return parseEnv(readFileSync(file, 'utf8'));
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error);
    throw new CodedError('VALIDATION_FAILED', refusal, [
      { path: '--env-file', message: `expected a file of NAME=value lines, found ${cause}` },
    ]);
  }
}
