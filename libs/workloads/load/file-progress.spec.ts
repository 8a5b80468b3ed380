import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CsvFile } from '#libs/dataset/csv-files.js';
import { Checkpoints } from './checkpoints.js';
import { ProgressFolder } from './file-progress.js';
import { FileTally } from './file-tally.js';

const FILE: CsvFile = { name: 'a.csv', path: '/nowhere/a.csv', bytes: 9, modifiedMs: 1 };
const row = (index: number) => ({ index, line: index + 2, fields: ['k', `v${index}`] });

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tidemark-progress-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Somebody who loads the file from where it stands. */
async function loader() {
  const progress = new ProgressFolder(folder);
  const tally = new FileTally(await progress.take(await progress.read(FILE)));
  const checkpoints = new Checkpoints(
    progress,
    { log: () => undefined },
    { files: [FILE], places: [0], fileCount: 1, shown: 'a' },
  );
  checkpoints.add(tally);
  return { progress, tally, checkpoints };
}

describe('the progress of a file', () => {
  it('goes on from what was decided, and forgets rejected rows beyond', async () => {
    const first = await loader();
    first.tally.write(row(0));
    first.tally.reject(row(1), 'bad');
    await first.checkpoints.finish();
    await first.progress.reject(FILE.name, 'beyond\r\n');
    const { tally, progress } = await loader();
    expect(tally.progress()).toMatchObject({ rows: 2, rejected: 1, done: false });
    expect(await readFile(progress.rejectPath(FILE.name), 'utf8')).toBe('line,reason,row\r\n3,bad,"k,v1"\r\n');
  });

  it('belongs to whoever took it last: one that was frozen meanwhile writes nothing any more', async () => {
    const frozen = await loader();
    frozen.tally.write(row(0));
    await frozen.checkpoints.finish();
    const other = await loader();
    other.tally.reject(row(1), 'bad');
    other.tally.write(row(2));
    await other.checkpoints.finish();
    frozen.tally.reject(row(1), 'bad');
    await expect(frozen.checkpoints.finish()).rejects.toThrow(/a\.csv is being loaded .* by another process/);
    other.tally.write(row(3));
    await other.checkpoints.finish();
    const last = new ProgressFolder(folder);
    expect(await last.read(FILE)).toMatchObject({ rows: 4, rejected: 1 });
    expect(await readFile(last.rejectPath(FILE.name), 'utf8')).toBe('line,reason,row\r\n3,bad,"k,v1"\r\n');
  });

  it('that was forgotten meanwhile is not made again by who knows no better', async () => {
    const { progress, tally, checkpoints } = await loader();
    tally.write(row(0));
    await progress.forget();
    await expect(checkpoints.finish()).rejects.toThrow(/ENOENT.*does another process work in the same folder/);
  });

  it('is none of a changed file', async () => {
    const { tally, checkpoints } = await loader();
    tally.write(row(0));
    await checkpoints.finish();
    expect(await new ProgressFolder(folder).read({ ...FILE, modifiedMs: 2 })).toMatchObject({ rows: 0 });
  });
});
