import { existsSync, readFileSync } from 'node:fs';
import { z } from 'zod';

/** The package's version; its manifest lies above the sources and above what was built of them, at other distances. */
export function packageVersion(): string {
  let manifest = new URL('package.json', import.meta.url);
  while (!existsSync(manifest)) manifest = new URL('../package.json', manifest);
  return z.object({ version: z.string() }).parse(JSON.parse(readFileSync(manifest, 'utf8'))).version;
}
