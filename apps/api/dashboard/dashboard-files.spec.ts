import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readDashboard } from './dashboard-files.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tidemark-dashboard-'));
  await mkdir(join(folder, 'assets'));
  await writeFile(join(folder, 'index.html'), '<title>page</title>');
  await writeFile(join(folder, 'assets', 'main-ABC.js'), 'let a = 1;');
  await writeFile(join(folder, 'secret.txt'), 'not served');
});
afterAll(() => rm(folder, { recursive: true }));

it('the page is asked for anew, files named by their content are kept, and nothing else is served', async () => {
  const files = await readDashboard(folder);
  expect([...files.keys()]).toEqual(['/', '/assets/main-ABC.js']);
  const [page, script] = [files.get('/'), files.get('/assets/main-ABC.js')];
  expect(page).toMatchObject({ type: 'text/html; charset=utf-8', cacheControl: 'no-cache' });
  expect(script).toMatchObject({ type: 'text/javascript; charset=utf-8' });
  expect(script?.cacheControl).toMatch(/max-age=31536000, immutable/);
  expect(gunzipSync(script?.gzip ?? '').toString()).toBe('let a = 1;');
  expect(script?.etag).toMatch(/^"[\w-]{27}"$/);
  expect(script?.etag).not.toBe(page?.etag);
});

it('where nothing was built there is nothing', async () => {
  expect((await readDashboard(join(folder, 'absent'))).size).toBe(0);
});
