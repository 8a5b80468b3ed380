import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DatasetName, GenerateSpec } from '#libs/workloads/generate/generate.schema.js';
import { openDatasetFolder, removePartials } from './dataset-folder.js';
import { fingerprintOf, makeRecordFolder, RECORD_FOLDER, writeRecord } from './file-record.js';
import { requireSpace, SpaceWatch } from './free-space.js';
import { removeOthers, requireSameDataset } from './leftovers.js';
import { MANIFEST, writeManifest } from './manifest.js';

let base: string;
let root: string;
beforeEach(() => {
  base = realpathSync(mkdtempSync(join(tmpdir(), 'tidemark-root-')));
  root = join(base, 'data');
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

const spec = (change: Record<string, unknown> = {}) =>
  GenerateSpec.parse({ dataset: 'd', files: 2, rowsPerFile: 5, threads: 1, ...change });

const NAMES = ['worker01_data_0001.csv', 'worker01_data_0002.csv'];

/** Puts finished files of a specification into the folder. */
async function finished(made: GenerateSpec, names = NAMES): Promise<void> {
  await makeRecordFolder(base);
  for (const name of names) {
    writeFileSync(join(base, name), '12345');
    const sizes = { counts: [5], totalBytes: 500, minBytes: 100, maxBytes: 100 };
    const [index, fingerprint] = [NAMES.indexOf(name), fingerprintOf(made)];
    const figures = { firstRow: index * 5, rows: 5, dataBytes: 5, storedBytes: 5, sha256: 'x', sizes };
    await writeRecord(base, { fingerprint, name, index, ...figures }, 'test');
  }
}

describe('a dataset name', () => {
  it.each(['data', 'loadable_data', 'team-a/2026.11/run_1'])('may be %s', (name) => {
    expect(DatasetName.safeParse(name).success).toBe(true);
  });
  it.each(['', '/etc', '..', 'a/../b', 'a//b', 'a/', '.hidden', 'a/.b', 'a\\b', 'a\0b', 'a b', 'x'.repeat(65)])(
    'may not be %j',
    (name) => {
      expect(DatasetName.safeParse(name).success).toBe(false);
    },
  );
});

describe('openDatasetFolder', () => {
  it('makes the folder below the root', async () => {
    expect(await openDatasetFolder(root, 'a/b')).toEqual({ folder: join(root, 'a/b'), shown: 'a/b' });
    expect(existsSync(join(root, 'a/b'))).toBe(true);
  });

  it('follows a link that stays below the root', async () => {
    mkdirSync(join(root, 'real'), { recursive: true });
    symlinkSync('real', join(root, 'link'));
    expect((await openDatasetFolder(root, 'link/x')).folder).toBe(join(root, 'real/x'));
  });

  it('refuses a link out of the root, and makes nothing behind it', async () => {
    mkdirSync(join(base, 'elsewhere'));
    mkdirSync(root);
    symlinkSync(join(base, 'elsewhere'), join(root, 'link'));
    await expect(openDatasetFolder(root, 'link/x')).rejects.toMatchObject({
      code: 'VALIDATION_FAILED',
      message: expect.stringContaining('leads out of the data root'),
    });
    expect(readdirSync(join(base, 'elsewhere'))).toEqual([]);
  });

  it('refuses a root beside it whose name begins alike', async () => {
    mkdirSync(`${root}-other`);
    mkdirSync(root);
    symlinkSync(`${root}-other`, join(root, 'link'));
    await expect(openDatasetFolder(root, 'link')).rejects.toMatchObject({ code: 'VALIDATION_FAILED' });
  });

  it('says when a file is in the way', async () => {
    writeFileSync(root, '');
    await expect(openDatasetFolder(root, 'a')).rejects.toMatchObject({ code: 'OUTPUT_UNWRITABLE' });
  });
});

describe('what is in the folder already', () => {
  it('is kept when it is of the same specification', async () => {
    await finished(spec());
    await expect(requireSameDataset(base, 'shown', spec())).resolves.toBeUndefined();
    await expect(requireSameDataset(base, 'shown', spec({ files: 3, lanes: 9 }))).resolves.toBeUndefined();
  });

  it.each([
    ['another seed', { seed: 2 }],
    ['other rows', { rowsPerFile: 6 }],
    ['other sizes', { sizes: { type: 'fixed', bytes: 100 } }],
    ['no header', { header: false }],
    ['fewer files', { files: 1 }],
  ])('is refused when it is of %s', async (_why, change) => {
    await finished(spec());
    await expect(requireSameDataset(base, 'shown', spec(change))).rejects.toMatchObject({
      code: 'CONFLICT',
      message: expect.stringMatching(/^shown holds [12] files that this specification does not make, such as worker01/),
    });
  });

  it('is refused when nobody knows who made it', async () => {
    writeFileSync(join(base, NAMES[0] ?? ''), 'mine');
    await expect(requireSameDataset(base, 'shown', spec())).rejects.toMatchObject({ code: 'CONFLICT' });
  });

  it('is replaced as far as it is data; other files stay', async () => {
    await finished(spec());
    await writeManifest(base, spec(), [], 'test');
    writeFileSync(join(base, MANIFEST), '{}');
    writeFileSync(join(base, 'notes.txt'), 'mine');
    await removeOthers(base, { log: () => undefined });
    expect(readdirSync(base).toSorted()).toEqual([RECORD_FOLDER, 'notes.txt']);
    expect(readdirSync(join(base, RECORD_FOLDER))).toEqual([]);
  });

  it('is rid of what killed writers left', async () => {
    await finished(spec());
    writeFileSync(join(base, 'worker01_data_0002.csv.77-0-0.partial'), 'half');
    writeFileSync(join(base, RECORD_FOLDER, 'x.json.77-0-0.partial'), 'half');
    expect(await removePartials(base)).toBe(2);
    expect(readdirSync(base).toSorted()).toEqual([RECORD_FOLDER, ...NAMES]);
  });
});

describe('free space', () => {
  const free = (bytes: number) => () => Promise.resolve(bytes);

  it('must hold the dataset and the reserve', async () => {
    await expect(requireSpace('/d', 100, 50, free(150))).resolves.toBeUndefined();
    await expect(requireSpace('/d', 5 * 1024 ** 3, 1024, free(1024 ** 3))).rejects.toMatchObject({
      code: 'OUTPUT_UNWRITABLE',
      message:
        'the dataset needs about 5.0 GB and /d has 1.0 GB free, of which 1.0 KB must stay free (minFreeBytes): free some space, generate fewer rows, or name another disk',
    });
  });

  it('is looked at before the first byte and then every so many bytes', async () => {
    let looks = 0;
    const watch = new SpaceWatch('/d', 10, 100, () => Promise.resolve((looks++, 1_000)));
    for (const bytes of [60, 60, 30, 9, 1]) await watch.before(bytes);
    expect(looks).toBe(2);
  });
});
