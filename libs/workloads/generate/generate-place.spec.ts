import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { CodedError } from '#libs/contract/coded-error.js';
import { datasetSources } from '#libs/dataset/listed-source.js';
import { generateDriver } from './generate.driver.js';
import { GenerateSpec } from './generate.schema.js';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'tidemark-data-'));
});
afterEach(() => rmSync(root, { recursive: true }));

const asked: string[][] = [];
const requireFolder = async (folder: string, runId: string): Promise<void> => {
  asked.push([folder, runId]);
  throw new CodedError('CONFLICT', 'it is that of another project');
};
const events = { log: () => undefined, interval: () => undefined, mismatch: () => undefined, started: () => undefined };

it("touches no folder of another project's", async () => {
  mkdirSync(join(root, 'theirs'));
  writeFileSync(join(root, 'theirs/worker01_data_0001.csv'), 'k\n1\n');
  const driver = generateDriver(root, requireFolder, () => Promise.resolve());
  const spec = GenerateSpec.parse({
    dataset: 'theirs',
    files: 1,
    rowsPerFile: 1,
    existing: 'replace',
    minFreeBytes: 0,
  });
  const shard = { index: 0, count: 1, lanes: [{ first: 0, stride: 1, threads: 1 }] };
  const { signal } = new AbortController();
  await expect(driver.prepare(spec, null, events, signal, 'r1')).rejects.toMatchObject({ code: 'CONFLICT' });
  await expect(driver.open(spec, null, shard, events, signal, 'r1')).rejects.toMatchObject({ code: 'CONFLICT' });
  expect(readdirSync(join(root, 'theirs'))).toEqual(['worker01_data_0001.csv']);
  expect(asked.splice(0)).toEqual([
    ['theirs', 'r1'],
    ['theirs', 'r1'],
  ]);
});

it('leaves what may not be read unread', async () => {
  const sourceOf = datasetSources(root, { listed: () => Promise.resolve(null), requireFolder }, undefined);
  await expect(sourceOf('theirs', 'r2')).rejects.toMatchObject({ code: 'CONFLICT' });
  expect([asked.splice(0), existsSync(join(root, 'theirs'))]).toEqual([[['theirs', 'r2']], false]);
});
