import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { makeRecordFolder } from '#libs/dataset/file-record.js';
import { FileSink } from '#libs/dataset/file-sink.js';
import { FileWriter } from '#libs/dataset/file-writer.js';
import { SpaceWatch } from '#libs/dataset/free-space.js';
import type { DriverEvents, OpenShard } from '#libs/workloads/driver.js';
import type { LaneInput } from '#libs/workloads/lane/message.js';
import { generateInto } from './generate.driver.js';
import { GenerateSpec } from './generate.schema.js';

/** What the lanes, which are threads of compiled files, were to do. */
const opened = vi.hoisted((): LaneInput[] => []);
vi.mock('#libs/workloads/lane/lane-pool.js', () => ({
  openLanes: (inputs: readonly LaneInput[]): Promise<OpenShard> => {
    opened.push(...inputs);
    return Promise.resolve({
      run: () => Promise.resolve({ completed: 0, mismatches: 0, stopped: false }),
      close: () => Promise.resolve(),
    });
  },
}));

const spec = GenerateSpec.parse({ dataset: 'd', files: 2, rowsPerFile: 5, sizes: { type: 'fixed', bytes: 100 } });
const events: DriverEvents = {
  log: () => undefined,
  interval: () => undefined,
  mismatch: () => undefined,
  started: () => undefined,
  artifact: () => undefined,
  annotate: () => undefined,
};

describe('two executors of one dataset, whose process ids are the same', () => {
  let folder = '';
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'tidemark-generate-'));
    await makeRecordFolder(folder);
    const writer = new FileWriter(folder, spec, 'test', new SpaceWatch(folder, 0, 1, () => Promise.resolve(Infinity)), {
      row: () => undefined,
      block: () => undefined,
      isStopped: () => false,
    });
    for (const index of [0, 1]) await writer.write(index);
    opened.length = 0;
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const driver = generateInto(() => Promise.resolve({ folder, shown: 'd' }));
  const openShard = (index: number) =>
    driver.open(
      spec,
      null,
      { index, count: 2, lanes: [{ first: index, stride: 2, threads: 1 }] },
      events,
      new AbortController().signal,
      'run',
    );

  it('may both find it whole and write its manifest', async () => {
    for (let again = 0; again < 20; again++) {
      const shards = await Promise.all([openShard(0), openShard(1)]);
      const results = await Promise.all(shards.map((shard) => shard.run(0, new AbortController().signal)));
      expect(results.map(({ failure }) => failure)).toEqual([undefined, undefined]);
    }
    const manifest: { files: unknown[] } = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8'));
    expect(manifest.files).toHaveLength(2);
    expect(readdirSync(folder).filter((name) => name.endsWith('.partial'))).toEqual([]);
  });

  it('have temporary names of their own, so that one that was frozen removes nothing of its successor', async () => {
    await Promise.all([openShard(0), openShard(0)]);
    const owners = opened.map((input) => (input.kind === 'generate' ? input.target.owner : ''));
    expect(new Set(owners).size).toBe(2);
    const [frozen, successor] = await Promise.all(
      owners.map((owner) => FileSink.open(join(folder, 'one.csv'), owner, { type: 'none' })),
    );
    await successor?.write(Buffer.from('row\n'));
    await frozen?.discard();
    await successor?.finish(false);
    await successor?.publish();
    expect(readFileSync(join(folder, 'one.csv'), 'utf8')).toBe('row\n');
  });
});
