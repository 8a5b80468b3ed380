import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { gzipSync } from 'node:zlib';

/** A file of the dashboard, as it is answered. */
export interface DashboardFile {
  type: string;
  body: Buffer;
  gzip: Buffer;
  etag: string;
  cacheControl: string;
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.map': 'application/json',
};

const PAGE = 'index.html';
/** Names of all but the page hold a hash of their content. */
const FOR_EVER = 'public, max-age=31536000, immutable';
const ASK_AGAIN = 'no-cache';

/**
 * What `npm run build` has made of apps/dashboard, by path: `/` and `/assets/…`. They are few and small, so they are kept
 * in memory, compressed once. Empty where nothing was built.
 */
export async function readDashboard(folder: string): Promise<ReadonlyMap<string, DashboardFile>> {
  const assets = await readdir(join(folder, 'assets')).catch(() => []);
  const names = assets.length === 0 ? [] : [PAGE, ...assets.map((name) => `assets/${name}`)];
  const files = await Promise.all(
    names.map(async (name): Promise<[string, DashboardFile]> => {
      const body = await readFile(join(folder, name));
      return [
        name === PAGE ? '/' : `/${name}`,
        {
          type: TYPES[extname(name)] ?? 'application/octet-stream',
          body,
          gzip: gzipSync(body, { level: 9 }),
          etag: `"${createHash('sha256').update(body).digest('base64url').slice(0, 27)}"`,
          cacheControl: name === PAGE ? ASK_AGAIN : FOR_EVER,
        },
      ];
    }),
  );
  return new Map(files);
}
