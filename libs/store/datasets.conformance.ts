import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { GeneratedDataset } from '#libs/dataset/dataset-book.js';
import { QuerySpec } from '#libs/workloads/query/query.schema.js';
import { Target } from '#libs/contract/target.js';
import type { NewStoredDataset, NewStoredUpload, StoredFile } from './dataset-port.js';
import type { Store } from './port.js';
import { newRun, NOW } from './store.conformance.js';

/** More than 32 bits. */
const LARGE = 5_000_000_000_000;
const hash = (digit: string): string => digit.repeat(64);

const file = (name: string, change: Partial<StoredFile> = {}): StoredFile => ({
  name,
  bytes: 100,
  rows: 10,
  brokenRows: 0,
  firstBroken: null,
  sizes: { minBytes: 5, maxBytes: 9, meanBytes: 7, bins: [{ fromBytes: 4, toBytes: 16, rows: 10 }] },
  sha256: hash('a'),
  etag: null,
  modifiedMs: NOW,
  ...change,
});

export const registered = (id: string, change: Partial<NewStoredDataset> = {}): NewStoredDataset => ({
  id,
  projectId: 'default',
  name: null,
  source: 'registered',
  location: { type: 'folder', folder: 'rows' },
  secrets: null,
  header: true,
  columns: ['sort_key', 'content'],
  delimiter: ',',
  packing: null,
  createdAtMs: NOW,
  files: [file('a.csv')],
  ...change,
});

const s3 = {
  type: 's3',
  endpoint: 'https://s3.example',
  region: 'us-east-1',
  bucket: 'rows',
  pathStyle: true,
  folder: '',
} as const;

export const generated = (id: string, fingerprint: string, files = 2): GeneratedDataset => ({
  id,
  folder: 'made',
  header: true,
  columns: ['sort_key', 'content'],
  seed: 2 ** 40,
  fingerprint,
  sizes: { minBytes: 5, maxBytes: 9, meanBytes: 7, bins: [{ fromBytes: 4, toBytes: 16, rows: 10 * files }] },
  files: Array.from({ length: files }, (_, index) => ({
    name: `worker01_data_000${index + 1}.csv`,
    bytes: LARGE,
    modifiedMs: NOW,
    rows: 10,
    sha256: hash('b'),
    etag: null,
  })),
  createdAtMs: NOW,
});

export const upload = (id: string, change: Partial<NewStoredUpload> = {}): NewStoredUpload => ({
  id,
  projectId: 'default',
  datasetId: 'd1',
  name: 'new.csv',
  bytes: LARGE,
  partBytes: 67_108_864,
  sha256: hash('c'),
  createdAtMs: NOW,
  ...change,
});

/** What every database must do with datasets; `open` gives an empty, migrated store. */
export function describeDatasets(
  name: string,
  open: () => Promise<{ store: Store; close: () => Promise<void> }>,
): void {
  describe(name, () => {
    let store: Store;
    let close: () => Promise<void>;
    beforeEach(async () => {
      ({ store, close } = await open());
    });
    afterEach(() => close());

    it('registers one with the sums of its files, and finds it as it was answered', async () => {
      const { datasets } = store;
      const files = [
        file('b.csv', { bytes: LARGE, brokenRows: 2, firstBroken: 'line 3 of b.csv: ä, "quoted"', etag: 'e"1' }),
        file('a.csv', { sha256: hash('d') }),
      ];
      const made = await datasets.create(registered('d1', { name: 'mine', files }));
      expect(made).toMatchObject({
        files: 2,
        bytes: LARGE + 100,
        rows: 20,
        brokenRows: 2,
        firstBroken: 'line 3 of b.csv: ä, "quoted"',
        sizes: { meanBytes: 7, bins: [{ fromBytes: 4, toBytes: 16, rows: 20 }] },
        hasCredentials: false,
        checksum: expect.stringMatching(/^[0-9a-f]{64}$/),
      });
      expect(await datasets.find('d1', null)).toEqual(made);
      expect(await datasets.find('d2', null)).toBeNull();
      const unread = file('a.csv', { rows: null, brokenRows: null, sizes: null, sha256: null });
      const unknown = await datasets.create(registered('d2', { files: [unread, file('b.csv')], columns: null }));
      expect(unknown).toMatchObject({ rows: null, brokenRows: null, sizes: null, checksum: null, columns: null });
      expect(await datasets.find('d2', null)).toEqual(unknown);
    });

    it('keeps credentials from everybody but who reads the files, in the order of their names', async () => {
      const { datasets } = store;
      const secrets = { accessKeyId: 'id', secretAccessKey: 'very-secret' };
      // No collation orders these as JavaScript does but the plain one.
      const names = ['a.csv', 'B.csv', 'ä.csv', 'a-1.csv', '_.csv'];
      const files = names.map((each) => file(each, { etag: each }));
      const made = await datasets.create(registered('d1', { source: 's3', location: s3, secrets, files }));
      expect(JSON.stringify([made, await datasets.find('d1', null)])).not.toContain('very-secret');
      expect(made.hasCredentials).toBe(true);
      const listed = await datasets.listed('d1');
      expect(listed).toMatchObject({ id: 'd1', place: s3, secrets });
      expect(listed?.files.map((each) => each.name)).toEqual(names.toSorted());
      expect(await datasets.listed('d2')).toBeNull();
    });

    it('lists them newest first, by pages and by source', async () => {
      const { datasets } = store;
      const times: [string, number][] = [
        ['d1', 0],
        ['d2', 1],
        ['d3', 1],
        ['d4', 2],
      ];
      for (const [id, atMs] of times)
        await datasets.create(
          registered(id, { createdAtMs: NOW + atMs, source: id === 'd2' ? 'uploaded' : 'registered' }),
        );
      const first = await datasets.list({ limit: 3 });
      expect(first.items.map(({ id }) => id)).toEqual(['d4', 'd3', 'd2']);
      const rest = await datasets.list({ limit: 3, cursor: first.nextCursor ?? '' });
      expect([rest.items.map(({ id }) => id), rest.nextCursor]).toEqual([['d1'], null]);
      expect((await datasets.list({ limit: 9, source: 'uploaded' })).items.map(({ id }) => id)).toEqual(['d2']);
      await expect(datasets.list({ limit: 3, cursor: 'x' })).rejects.toMatchObject({ code: 'VALIDATION_FAILED' });
    });

    it('answers its files by pages, each once, and one by its name', async () => {
      const { datasets } = store;
      // More than one statement takes at once.
      const names = Array.from({ length: 1_203 }, (_, index) => `${index % 2 === 0 ? 'part' : 'Part'}/${index}.csv`);
      await datasets.create(registered('d1', { files: names.map((each) => file(each)) }));
      await datasets.create(registered('d2'));
      const seen: string[] = [];
      for (let after: string | undefined; ; after = seen.at(-1)) {
        const page = await datasets.files('d1', { after, limit: 500 });
        seen.push(...page.map((each) => each.name));
        if (page.length < 500) break;
      }
      expect(seen.toSorted()).toEqual(names.toSorted());
      expect(await datasets.file('d1', 'Part/1.csv')).toEqual({
        name: 'Part/1.csv',
        bytes: 100,
        rows: 10,
        sha256: hash('a'),
        etag: null,
        modifiedMs: NOW,
      });
      expect(await datasets.file('d2', 'Part/1.csv')).toBeNull();
    });

    it('takes parts of an upload again and in any order, and forgets them with it', async () => {
      const { uploads } = store.datasets;
      await store.datasets.create(registered('d1', { source: 'uploaded', files: [], columns: null }));
      await uploads.create(upload('u1'));
      await uploads.create(upload('u2', { createdAtMs: NOW + 1, bytes: 5, sha256: null }));
      const part = (number: number, digit: string) => ({ number, bytes: 67_108_864, sha256: hash(digit) });
      for (const each of [part(3, '1'), part(1, '2'), part(3, '3')]) await uploads.keepPart('u1', each);
      // A client that did not wait for the answer sends it a second time.
      await Promise.all([1, 2, 3, 4].map(() => uploads.keepPart('u1', part(2, '4'))));
      const { projectId: _projectId, ...begun } = upload('u1');
      const whole = { ...begun, parts: Math.ceil(LARGE / 67_108_864) };
      expect(await uploads.find('d1', 'u1', null)).toEqual({
        ...whole,
        received: [part(1, '2'), part(2, '4'), part(3, '3')],
      });
      await uploads.forgetPart('u1', 2);
      expect(
        (await uploads.list('d1', null)).map(({ id, received }) => [id, received.map(({ number }) => number)]),
      ).toEqual([
        ['u1', [1, 3]],
        ['u2', []],
      ]);
      expect([await uploads.count('d1'), await uploads.count('d2')]).toEqual([2, 0]);
      expect(await uploads.find('d2', 'u1', null)).toBeNull();
      await uploads.delete('u1');
      expect([await uploads.find('d1', 'u1', null), await uploads.count('d1')]).toEqual([null, 1]);
      await uploads.create(upload('u1'));
      expect((await uploads.find('d1', 'u1', null))?.received).toEqual([]);
    });

    it('adds up its files again when one is added or replaced, by several at once', async () => {
      const { datasets } = store;
      await datasets.create(registered('d1', { source: 'uploaded', files: [], columns: null }));
      expect(await datasets.find('d1', null)).toMatchObject({ files: 0, bytes: 0, rows: 0, sizes: null });
      const broken = (each: string) => file(each, { brokenRows: 1, firstBroken: each });
      await Promise.all(['c.csv', 'b.csv', 'a.csv'].map((each) => datasets.addFile('d1', broken(each), ['k', 'v'])));
      expect(await datasets.find('d1', null)).toMatchObject({ files: 3, bytes: 300, columns: ['k', 'v'] });
      const replaced = await datasets.addFile('d1', file('b.csv', { bytes: 7, rows: 1, brokenRows: 0 }), ['other']);
      expect(replaced).toMatchObject({ files: 3, bytes: 207, rows: 21, brokenRows: 2, columns: ['k', 'v'] });
      expect(replaced.firstBroken).toBe('a.csv');
      expect(await datasets.find('d1', null)).toEqual(replaced);
      await expect(datasets.addFile('d2', file('a.csv'), null)).rejects.toMatchObject({ code: 'DATASET_NOT_FOUND' });
    });

    it('keeps a generated dataset once, and only the last of its folder', async () => {
      const { datasets } = store;
      await store.runs.create(newRun('r1'));
      await datasets.create(registered('d1', { location: { type: 'folder', folder: 'made' } }));
      await Promise.all([1, 2, 3].map(() => datasets.keepGenerated(generated('g1', 'one'), 'r1')));
      const ids = async () => (await datasets.list({ limit: 9 })).items.map(({ id }) => id).toSorted();
      expect(await ids()).toEqual(['d1', 'g1']);
      expect(await datasets.find('g1', null)).toMatchObject({
        name: 'made',
        source: 'generated',
        location: { type: 'folder', folder: 'made' },
        files: 2,
        bytes: 2 * LARGE,
        rows: 20,
        brokenRows: 0,
        seed: 2 ** 40,
        sizes: { meanBytes: 7, bins: [{ fromBytes: 4, toBytes: 16, rows: 20 }] },
      });
      // More files of one specification are another dataset of the same rows; another specification replaces both.
      await datasets.keepGenerated(generated('g2', 'one', 3), 'r1');
      expect(await ids()).toEqual(['d1', 'g1', 'g2']);
      await datasets.keepGenerated({ ...generated('g3', 'two', 1), folder: 'elsewhere' }, 'r1');
      expect(await ids()).toEqual(['d1', 'g1', 'g2', 'g3']);
      await datasets.keepGenerated(generated('g4', 'two', 1), 'r1');
      expect(await ids()).toEqual(['d1', 'g3', 'g4']);
      expect(await datasets.files('g1', { limit: 9 })).toEqual([]);
    });

    it('forgets one with its files and uploads, but not while a run needs it', async () => {
      const { datasets, runs } = store;
      await datasets.create(registered('d1', { source: 'uploaded' }));
      await datasets.uploads.create(upload('u1'));
      await datasets.uploads.keepPart('u1', { number: 1, bytes: 1, sha256: hash('a') });
      const { kind: _kind, spec: _spec, target: _target, ...rest } = newRun('r1');
      const target = Target.parse({ contactPoints: ['127.0.0.1'] });
      await runs.create({ ...rest, kind: 'query', spec: QuerySpec.parse({ dataset: 'd1' }), target });
      await expect(datasets.delete('d1', null)).rejects.toMatchObject({
        code: 'CONFLICT',
        message: 'dataset d1 is used by run r1: cancel that run or wait for its end',
      });
      expect(await datasets.find('d1', null)).not.toBeNull();
      await runs.requestCancel('r1', 'test', 'test', NOW);
      expect(await datasets.delete('d1', null)).toMatchObject({ id: 'd1', source: 'uploaded', files: 1 });
      expect(await datasets.find('d1', null)).toBeNull();
      expect(await datasets.files('d1', { limit: 9 })).toEqual([]);
      expect(await datasets.uploads.find('d1', 'u1', null)).toBeNull();
      await expect(datasets.delete('d1', null)).rejects.toMatchObject({ code: 'DATASET_NOT_FOUND' });
      await datasets.create(registered('d1'));
      expect((await datasets.files('d1', { limit: 9 })).map((each) => each.name)).toEqual(['a.csv']);
    });
  });
}
