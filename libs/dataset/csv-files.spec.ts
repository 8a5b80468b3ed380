import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findCsvFiles, globOf, splitPattern } from './csv-files.js';

describe('a pattern', () => {
  it.each([
    ['*.csv', 'a.csv', true],
    ['*.csv', 'b/a.csv', false],
    ['**/*.csv', 'a.csv', true],
    ['**/*.csv', 'b/c/a.csv', true],
    ['**', 'b/c/a.csv', true],
    ['worker*.csv', 'worker01_data_0001.csv', true],
    ['worker??.csv', 'worker1.csv', false],
    ['**/*.{csv,csv.gz}', 'x/a.csv.gz', true],
    ['a+b(1).csv', 'a+b(1).csv', true],
    ['*.csv', 'acsv', false],
    ['worker0[1-3]*.csv', 'worker02_data_0001.csv', true],
    ['worker0[1-3]*.csv', 'worker04_data_0001.csv', false],
    ['worker0[!1-3]*.csv', 'worker04_data_0001.csv', true],
    ['a[!b]c.csv', 'a/c.csv', false],
    ['a[[]1].csv', 'a[1].csv', true],
    ['a[1].csv', 'a[1].csv', true],
    ['a[1].csv', 'a1.csv', true],
    ['a[^.csv', 'a[^.csv', true],
    ['a[^1].csv', 'a^.csv', true],
  ])('%s on %s: %s', (pattern, name, matches) => {
    expect(globOf(pattern)(name)).toBe(matches);
  });

  it.each([
    ['../rows/worker*.csv', '../rows', 'worker*.csv'],
    ['/data/**/*.csv', '/data', '**/*.csv'],
    ['a.csv', '.', 'a.csv'],
    ['/a.csv', '/', 'a.csv'],
    ['rows/a.csv', 'rows', 'a.csv'],
    ['rows[12]/x/a.csv', '.', 'rows[12]/x/a.csv'],
    ['rows[/x/a.csv', 'rows[/x', 'a.csv'],
  ])('%s is folder %s and pattern %s', (given, folder, pattern) => {
    expect(splitPattern(given)).toEqual({ folder, pattern });
  });
});

it('refuses a range that ends before it begins', () => {
  expect(() => globOf('a[3-1].csv')).toThrow(/a\[3-1\]\.csv has a range that ends before it begins/);
});

describe('finding files', () => {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'tidemark-find-')));
  const folder = join(root, 'rows');
  beforeAll(() => {
    mkdirSync(join(folder, 'sub'), { recursive: true });
    mkdirSync(join(folder, '.tidemark'));
    for (const name of ['b.csv', 'a.csv', 'sub/c.csv', '.tidemark/d.csv', 'note.txt'])
      writeFileSync(join(folder, name), 'x');
    writeFileSync(join(root, 'secret.csv'), 'x');
  });
  afterAll(() => rmSync(root, { recursive: true }));

  it('goes by name and leaves hidden ones out', async () => {
    const files = await findCsvFiles(folder, 'rows', '**/*.csv');
    expect(files.map(({ name, bytes }) => [name, bytes])).toEqual([
      ['a.csv', 1],
      ['b.csv', 1],
      ['sub/c.csv', 1],
    ]);
  });

  it('refuses what is not there and links that lead out', async () => {
    await expect(findCsvFiles(folder, 'rows', '*.tsv')).rejects.toThrow(
      /No files found matching pattern '\*\.tsv' in rows/,
    );
    await expect(findCsvFiles(join(root, 'none'), 'none', '*')).rejects.toThrow(/none cannot be read: ENOENT/);
    symlinkSync(join(root, 'secret.csv'), join(folder, 'z.csv'));
    await expect(findCsvFiles(folder, 'rows', '*.csv')).rejects.toThrow(/z\.csv leads out of the folder/);
    rmSync(join(folder, 'z.csv'));
    symlinkSync('/dev/null', join(folder, 'dev.csv'));
    await expect(findCsvFiles(folder, 'rows', 'd*.csv')).rejects.toThrow(/dev\.csv leads out/);
  });
});
