import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { createServer } from 'node:net';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where jars and data of the services live; nothing of it is part of the checkout. */
export const cacheRoot = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'tidemark-services');

const stateFile = (name) => join(cacheRoot, 'state', `${name}.json`);

/** What was written down about a started service, or undefined. */
export function readState(name) {
  try {
    return JSON.parse(readFileSync(stateFile(name), 'utf8'));
  } catch {
    return undefined;
  }
}

export function writeState(name, state) {
  mkdirSync(join(cacheRoot, 'state'), { recursive: true });
  writeFileSync(stateFile(name), JSON.stringify(state, null, 2));
}

export const forgetState = (name) => rmSync(stateFile(name), { force: true });

/**
 * A folder that the service's own user can reach. A root's home is usually closed to everybody else, so what runs as
 * another user lives under /var/tmp, in a folder that is this cache's own.
 */
export function reachableRoot(asOtherUser) {
  if (!asOtherUser) return cacheRoot;
  const own = createHash('sha256').update(cacheRoot).digest('hex').slice(0, 8);
  return join('/var/tmp', `tidemark-services-${own}`);
}

/** `wanted` when nothing listens there, else any free port; both on `host`. */
export async function freePort(wanted, host = '127.0.0.1') {
  const listen = (port) =>
    new Promise((resolve, reject) => {
      const server = createServer();
      server.once('error', reject);
      server.listen(port, host, () => {
        const taken = server.address().port;
        server.close(() => resolve(taken));
      });
    });
  return listen(wanted).catch(() => listen(0));
}
