import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { FileLock } from './file-lock.js';

let folder = '';
let path = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tidemark-lock-'));
  path = join(folder, 'one.lock');
});
afterEach(() => rmSync(folder, { recursive: true }));

it('a lock has one holder, in one process as well', () => {
  const first = FileLock.take(path);
  expect(first).toBeDefined();
  expect(FileLock.take(path)).toBeUndefined();
  first?.release();
  expect(existsSync(path)).toBe(false);
  const second = FileLock.take(path);
  expect(second).toBeDefined();
  second?.release();
});

it('a lock is another process’s until that is killed', async () => {
  const script = `
    import Sqlite from 'better-sqlite3';
    globalThis.held = new Sqlite(process.argv[1], { timeout: 0 });
    held.exec('BEGIN EXCLUSIVE');
    console.log('held');
    setInterval(() => undefined, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script, path], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  expect(FileLock.take(path)).toBeUndefined();
  child.kill('SIGKILL');
  await once(child, 'close');
  const lock = FileLock.take(path);
  expect(lock).toBeDefined();
  lock?.release();
});
