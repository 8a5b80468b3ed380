import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import type { Issue } from '#libs/contract/problem.js';
import type { Environment } from '#libs/contract/settings.js';

/**
 * The NAME=value lines of a file; `export`, quotes and comments are understood. None without a file. Throws what `refused`
 * makes of a file that cannot be read.
 */
export function readEnvFile(file: string | undefined, refused: (issues: Issue[]) => Error): Environment {
  if (file === undefined) return {};
  try {
    return parseEnv(readFileSync(file, 'utf8'));
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error);
    throw refused([{ path: '--env-file', message: `expected a file of NAME=value lines, found ${cause}` }]);
  }
}
