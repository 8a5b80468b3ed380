import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { decompress } from 'fzstd';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GenerateSpec } from '#libs/workloads/generate/generate.schema.js';
import { makeRecordFolder, readRecords, RECORD_FOLDER } from './file-record.js';
import { FileWriter } from './file-writer.js';
import { SpaceWatch } from './free-space.js';

const specOf = (change: Record<string, unknown> = {}) =>
  GenerateSpec.parse({ dataset: 'd', files: 3, rowsPerFile: 400, threads: 2, ...change });

let folder: string;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tidemark-dataset-'));
  await makeRecordFolder(folder);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function writerOf(
  spec: GenerateSpec,
  { stopAfterBlocks = Infinity, free = Infinity }: { stopAfterBlocks?: number; free?: number } = {},
) {
  let blocks = 0;
  const space = new SpaceWatch(folder, 1_000, 1, () => Promise.resolve(free));
  return new FileWriter(folder, spec, 'test', space, {
    row: () => undefined,
    block: () => void blocks++,
    isStopped: () => blocks >= stopAfterBlocks,
  });
}

const read = (name: string): Buffer => readFileSync(join(folder, name));

describe('FileWriter', () => {
  it('writes files whose bytes do not depend on what the same writer wrote before', async () => {
    const spec = specOf();
    const together = writerOf(spec);
    for (const index of [0, 1, 2]) await together.write(index);
    const first = read('worker01_data_0003.csv');
    await writerOf(spec).write(2);
    expect(read('worker01_data_0003.csv').equals(first)).toBe(true);
    expect(readdirSync(folder).toSorted()).toEqual([
      RECORD_FOLDER,
      'worker01_data_0001.csv',
      'worker01_data_0003.csv',
      'worker02_data_0002.csv',
    ]);
  });

  it('numbers rows through all files, has a header in each, and ends lines with CR LF', async () => {
    const spec = specOf({ key: { type: 'incremental' } });
    await writerOf(spec).write(1);
    const lines = read('worker02_data_0002.csv').toString('latin1').split('\r\n');
    expect(lines[0]).toBe('sort_key,content');
    expect(lines.length).toBe(1 + 400 + 1);
    expect(lines[1]?.slice(0, 36)).toBe('00000000-0000-0000-0000-000000000191');
    expect(lines[400]?.slice(0, 36)).toBe('00000000-0000-0000-0000-000000000320');
    expect(lines[401]).toBe('');
  });

  it('keeps rows that are larger than a block whole', async () => {
    const spec = specOf({ rowsPerFile: 3, header: false, sizes: { type: 'fixed', bytes: 3_000_000 } });
    const record = await writerOf(spec).write(0);
    const lines = read('worker01_data_0001.csv').toString('latin1').trimEnd().split('\r\n');
    expect(lines.map((line) => line.length)).toEqual([3_000_001, 3_000_001, 3_000_001]);
    expect(record?.dataBytes).toBe(3 * 3_000_003);
  });

  it('records rows, bytes, checksum and sizes of what is on disk', async () => {
    const record = await writerOf(specOf()).write(0);
    const bytes = read('worker01_data_0001.csv');
    expect(record).toMatchObject({
      name: 'worker01_data_0001.csv',
      rows: 400,
      firstRow: 0,
      dataBytes: bytes.length,
      storedBytes: bytes.length,
      sha256: createHash('sha256').update(bytes).digest('hex'),
    });
    expect(record?.sizes.counts.reduce((sum, count) => sum + count, 0)).toBe(400);
    expect(await readRecords(folder)).toEqual([record]);
  });

  it('compresses with gzip to the same rows, and hashes what is on disk', async () => {
    await writerOf(specOf()).write(0);
    const plain = read('worker01_data_0001.csv');
    const spec = specOf({ compression: { type: 'gzip' }, payload: { compressibleShare: 0.5 } });
    const record = await writerOf(spec).write(0);
    const packed = read('worker01_data_0001.csv.gz');
    const csv = gunzipSync(packed);
    expect(csv.length).toBe(plain.length);
    expect(record).toMatchObject({
      dataBytes: csv.length,
      storedBytes: packed.length,
      sha256: createHash('sha256').update(packed).digest('hex'),
    });
    expect(packed.length / csv.length).toBeLessThan(0.5);
  });

  it('compresses with zstd, in several frames, to the same rows', async () => {
    await writerOf(specOf({ rowsPerFile: 200 })).write(0);
    const plain = read('worker01_data_0001.csv');
    const record = await writerOf(specOf({ rowsPerFile: 200, compression: { type: 'zstd', level: 1 } })).write(0);
    const packed = read('worker01_data_0001.csv.zst');
    const frame = Buffer.from([0x28, 0xb5, 0x2f, 0xfd]);
    expect([packed.indexOf(frame), packed.lastIndexOf(frame) > 0]).toEqual([0, true]);
    // An independent decoder.
    expect(Buffer.from(decompress(packed)).equals(plain)).toBe(true);
    expect(record).toMatchObject({
      dataBytes: plain.length,
      storedBytes: packed.length,
      sha256: createHash('sha256').update(packed).digest('hex'),
    });
    expect(packed.length / plain.length).toBeLessThan(0.8);
  });

  it('leaves nothing of a file when it is stopped in the middle', async () => {
    const writer = writerOf(specOf(), { stopAfterBlocks: 1 });
    expect(await writer.write(0)).toBeUndefined();
    expect(readdirSync(folder)).toEqual([RECORD_FOLDER]);
    expect(readdirSync(join(folder, RECORD_FOLDER))).toEqual([]);
  });

  it('stops before the disk is full, says so, and leaves nothing behind', async () => {
    const writing = writerOf(specOf(), { free: 999 }).write(0);
    await expect(writing).rejects.toMatchObject({
      code: 'OUTPUT_UNWRITABLE',
      message: expect.stringMatching(/^only 999 bytes are left on the disk of .* and 1000 bytes must stay free/),
    });
    expect(readdirSync(folder)).toEqual([RECORD_FOLDER]);
  });

  it('says which folder is gone', async () => {
    rmSync(folder, { recursive: true });
    await expect(writerOf(specOf()).write(0)).rejects.toMatchObject({
      code: 'OUTPUT_UNWRITABLE',
      message: expect.stringContaining('ENOENT'),
    });
    expect(existsSync(folder)).toBe(false);
  });

  it('does not take a file for finished that was cut after it was recorded', async () => {
    await writerOf(specOf()).write(0);
    const path = join(folder, 'worker01_data_0001.csv');
    truncateSync(path, statSync(path).size - 1);
    expect(await readRecords(folder)).toEqual([]);
  });
});
