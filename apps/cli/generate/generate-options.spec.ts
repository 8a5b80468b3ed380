import { describe, expect, it } from 'vitest';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CodedError } from '#libs/contract/problem.js';
import { datasetOf, generateSpec, type GenerateOptions, localName } from './generate-options.js';

const options = (change: Partial<GenerateOptions> = {}): GenerateOptions => ({
  outputDir: 'data',
  numFiles: 36,
  rowsPerFile: 50_000,
  threads: 16,
  incrementalUuid: false,
  seed: 1,
  compressible: 0,
  compression: 'none',
  header: true,
  overwrite: false,
  durable: false,
  ...change,
});

const issuesOf = (change: Partial<GenerateOptions>): string[] => {
  try {
    generateSpec(options(change), 'data', 2);
    return [];
  } catch (error) {
    return error instanceof CodedError
      ? error.issues.map(({ path, message }) => `${path}: ${message}`)
      : [String(error)];
  }
};

describe('the flags of generate', () => {
  it('ask for production-like sizes unless told otherwise', () => {
    expect(generateSpec(options(), 'data', 2)).toMatchObject({
      files: 36,
      rowsPerFile: 50_000,
      threads: 16,
      lanes: 2,
      sizes: { type: 'production' },
      key: { column: 'sort_key', type: 'random' },
      existing: 'resume',
    });
  });

  it.each([
    [
      { minSize: 1_000, maxSize: 2_000 },
      { type: 'uniform', minBytes: 1_000, maxBytes: 2_000 },
    ],
    [{ minSize: 10_000 }, { type: 'uniform', minBytes: 10_000, maxBytes: 154_624 }],
    [{ maxSize: 10_000 }, { type: 'uniform', minBytes: 3_789, maxBytes: 10_000 }],
  ])('%j ask for sizes %j', (change, sizes) => {
    expect(generateSpec(options(change), 'data', 1).sizes).toEqual(sizes);
  });

  it('take an own size distribution from a file', () => {
    const folder = mkdtempSync(join(tmpdir(), 'tidemark-sizes-'));
    try {
      const file = join(folder, 'sizes.json');
      writeFileSync(file, '{"type":"lognormal","medianBytes":4000,"sigma":0.5,"minBytes":100,"maxBytes":90000}');
      expect(generateSpec(options({ sizes: file }), 'data', 1).sizes.type).toBe('lognormal');
      expect(issuesOf({ sizes: join(folder, 'none.json') })[0]).toMatch(/^--sizes: expected a JSON file .*ENOENT/);
      expect(issuesOf({ sizes: file, minSize: 1 })[0]).toMatch(/^--sizes: expected either --sizes or --min-size/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('are refused all at once, each by its own name', () => {
    expect(issuesOf({ numFiles: 0, rowsPerFile: 1.5, threads: 0, compressible: 2, columns: 'a,a' })).toEqual([
      '--num-files: expected at least 1, found 0',
      '--rows-per-file: expected a whole number, found 1.5',
      '--threads: expected at least 1, found 0',
      '--columns: expected every name once, found a list of 2',
      '--compressible: expected at most 1, found 2',
    ]);
    expect(issuesOf({ minSize: 5_000, maxSize: 4_000 })).toEqual([
      '--max-size: expected at least minBytes, found 4000',
    ]);
  });
});

describe('the name of a dataset', () => {
  it.each([
    ['loadable_data', 'loadable_data'],
    ['./loadable_data/', 'loadable_data'],
    ['a//b/./c', 'a/b/c'],
    ['../up', '../up'],
    ['/abs', '/abs'],
  ])('on a server is the folder as given: %s', (folder, name) => {
    expect(datasetOf(folder)).toBe(name);
  });

  it.each([
    ['/tmp/my data', 'my-data'],
    ['/tmp/.hidden', 'data'],
    ['/', 'data'],
  ])('here is made of the folder: %s', (folder, name) => {
    expect(localName(folder)).toBe(name);
  });
});
