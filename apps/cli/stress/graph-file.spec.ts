import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readGraphPage } from '#libs/report/graph/graph-page.js';
import { openGraphFile, type GraphFacts } from './graph-file.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tidemark-graph-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const facts: GraphFacts = {
  operation: 'WRITE',
  command: 'write n=1',
  cluster: 'test',
  simulated: true,
  startedAtMs: 0,
  result: 'completed',
  reason: null,
  ratePerSecond: null,
  validity: { level: 'invalid', reasons: [{ code: 'X', level: 'invalid', message: 'why' }] },
  summary: {},
  shards: [],
  findings: [],
};
const runsOf = async (file: string) => readGraphPage(await readFile(file, 'utf8'))?.runs ?? [];

describe('openGraphFile', () => {
  it('adds each run to those of the page, also of one that began before', async () => {
    const file = join(folder, 'load.html');
    const early = await openGraphFile({ file, revision: 'early' });
    const late = await openGraphFile({ file, revision: 'late', operation: 'mine' });
    expect(await readdir(folder)).toEqual([]);
    await late.publish(facts, 'now');
    await early.publish(facts, 'now');
    expect((await runsOf(file)).map(({ revision, operation }) => `${operation} ${revision}`)).toEqual([
      'mine late',
      'WRITE early',
    ]);
    expect((await runsOf(file))[0]).toMatchObject({ simulated: true, validity: { level: 'invalid' } });
    expect(await readdir(folder)).toEqual(['load.html']);
  });

  it.each([
    { place: 'absent/load.html', why: 'ENOENT' },
    { place: 'taken', why: 'cannot be' },
    { place: 'notes.txt', why: 'is no page of tidemark stress -graph' },
  ])('refuses $place before anything runs: $why', async ({ place, why }) => {
    await mkdir(join(folder, 'taken'), { recursive: true });
    await writeFile(join(folder, 'notes.txt'), 'mine');
    const opening = openGraphFile({ file: join(folder, place), revision: 'a' });
    await expect(opening).rejects.toMatchObject({ code: 'OUTPUT_UNWRITABLE', message: expect.stringContaining(why) });
    expect(await readFile(join(folder, 'notes.txt'), 'utf8')).toBe('mine');
  });
});
