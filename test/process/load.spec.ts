import cassandra from 'cassandra-driver';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { csvLine } from '#libs/dataset/csv-text.js';
import { requireBuild, tidemark } from './cli-program.js';
import { World } from './harness.js';
import { expectReports } from './report-forms.js';

beforeAll(requireBuild);

let folder: string;
let world: World;
let port: number;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tidemark-load-'));
  world = await World.create();
  ({ port } = await world.simulator());
});
afterEach(async () => {
  await world.stop();
  rmSync(folder, { recursive: true, force: true });
});

const uuid = (row: number): string => `00000000-0000-4000-8000-${String(row).padStart(12, '0')}`;
const contentOf = (row: number): string => `row ${row}, "quoted" Zürich 東京\n${'x'.repeat(row % 50)}`;

/** Every 97th row has a key that is none. */
const isBad = (row: number): boolean => row % 97 === 13;

/** Writes files of `rows` rows each, numbered through. */
function writeFiles(files: number, rows: number): void {
  mkdirSync(join(folder, 'data'));
  for (let file = 0; file < files; file++) {
    const lines = Array.from({ length: rows }, (_, at) => {
      const row = file * rows + at;
      return csvLine([isBad(row) ? `bad-${row}` : uuid(row), contentOf(row)]);
    });
    writeFileSync(join(folder, 'data', `part${file}.csv`), csvLine(['sort_key', 'content']) + lines.join(''));
  }
}

const expected = (rows: number): Map<string, string> =>
  new Map(
    Array.from({ length: rows }, (_, row) => row)
      .filter((row) => !isBad(row))
      .map((row) => [uuid(row), contentOf(row)]),
  );

/** What an independent client reads. */
async function stored(keyspace: string): Promise<Map<string, string>> {
  const client = new cassandra.Client({ contactPoints: [`127.0.0.1:${port}`], localDataCenter: 'datacenter1' });
  try {
    const { rows } = await client.execute(`SELECT sort_key, content FROM ${keyspace}.content_data`, [], {
      fetchSize: 0,
    });
    return new Map(rows.map((row) => [String(row['sort_key']), String(row['content'])]));
  } finally {
    await client.shutdown();
  }
}

const load = (keyspace: string, more: string): string[] =>
  `load --hosts 127.0.0.1 --port ${port} --keyspace ${keyspace} --replication-factor 1 --csv-pattern ${folder}/data/*.csv ${more}`
    .trim()
    .split(' ');

const footOf = (out: string): Record<string, number> => {
  const line = /^ok=.*$/m.exec(out)?.[0] ?? '';
  return Object.fromEntries(line.split(' | ').map((each) => [each.split('=')[0], Number(each.split('=')[1])]));
};

const files = (suffix: string): string[] =>
  readdirSync(join(folder, 'data', '.tidemark'), { recursive: true })
    .map(String)
    .filter((name) => name.endsWith(suffix))
    .map((name) => join(folder, 'data', '.tidemark', name));

const rowsSaved = (): number => {
  try {
    return files('.progress.json').reduce((sum, file) => sum + Number(JSON.parse(readFileSync(file, 'utf8')).rows), 0);
  } catch {
    return 0;
  }
};

const rejectedLines = (): number[] =>
  files('.rejects.csv').flatMap((file) =>
    readFileSync(file, 'utf8')
      .split('\r\n')
      .slice(1, -1)
      .map((line) => Number(line.split(',')[0])),
  );

describe('tidemark load', () => {
  it.each([
    ['one', ''],
    ['batched', '--batch-size 20 --batch-by any'],
    ['ranges', '--batch-size 20 --batch-by tokenRange'],
  ])('writes every good row and rejects every other, %s by one', { timeout: 60_000 }, async (keyspace, more) => {
    writeFiles(2, 1500);
    const { out, exitCode, errors } = await tidemark(load(keyspace, more)).ended;
    expect(exitCode, out + errors).toBe(0);
    const bad = Array.from({ length: 3000 }, (_, row) => row).filter(isBad).length;
    expect(footOf(out)).toMatchObject({ ok: 3000 - bad, errors: 0, rejected: bad, rows_read: 3000, resumed: 0 });
    expect(await stored(keyspace)).toEqual(expected(3000));
    expect(rejectedLines()).toHaveLength(bad);
    expect(rowsSaved()).toBe(0);
  });

  it(
    'goes on after kill -9 where rows were acknowledged, to exactly the right rows',
    { timeout: 120_000 },
    async () => {
      writeFiles(3, 2000);
      const first = tidemark(load('killed', '--rate 1500 --lanes 2 --concurrency 16'));
      while (rowsSaved() < 1500) await sleep(20);
      first.child.kill('SIGKILL');
      await first.ended;
      const saved = rowsSaved();
      expect(saved).toBeLessThan(6000);
      const second = tidemark(load('killed', '--rate 3000 --lanes 2 --concurrency 16'));
      while (rowsSaved() < saved + 1000) await sleep(20);
      second.child.kill('SIGKILL');
      await second.ended;
      const { out, exitCode, errors } = await tidemark(load('killed', '')).ended;
      expect(exitCode, out + errors).toBe(0);
      const bad = Array.from({ length: 6000 }, (_, row) => row).filter(isBad);
      const foot = footOf(out);
      expect(foot).toMatchObject({ ok: 6000 - bad.length, rejected: bad.length, errors: 0, rows_read: 6000 });
      expect(foot['resumed']).toBeGreaterThanOrEqual(saved + 1000);
      expect(await stored('killed')).toEqual(expected(6000));
      // No rejected row is missing or there twice, whichever of the three runs found it.
      expect(rejectedLines().toSorted((a, b) => a - b)).toEqual(
        bad.map((row) => 2 + (row % 2000) * 2).toSorted((a, b) => a - b),
      );
    },
  );

  it('reads rows back, and fails when one is not as in its file', { timeout: 90_000 }, async () => {
    writeFiles(2, 1500);
    const bad = Array.from({ length: 3000 }, (_, row) => row).filter(isBad).length;
    const all = await tidemark(load('read', '--verify full')).ended;
    expect(all.exitCode, all.out + all.errors).toBe(0);
    expect(footOf(all.out)).toMatchObject({
      ok: 3000 - bad,
      verified: 3000 - bad,
      missing: 0,
      different: 0,
      unanswered: 0,
    });
    const some = await tidemark(load('read', '--verify 0.2')).ended;
    expect(footOf(some.out)['verified']).toBeGreaterThan(400);
    expect(footOf(some.out)['verified']).toBeLessThan(800);
    // A key that comes twice has the values of one of its rows.
    writeFileSync(join(folder, 'data', 'part2.csv'), `sort_key,content\r\n${uuid(0)},a\r\n${uuid(0)},b\r\n`);
    const { exitCode, errors, out } = await tidemark(load('read', '--verify full')).ended;
    expect(exitCode).toBe(1);
    expect(errors).toMatch(/VALIDATION_MISMATCH: of \d+ rows that were read back 0 are missing and 2 differ/);
    expect(footOf(out)).toMatchObject({ ok: 3002 - bad, verified: 3000 - bad, different: 2 });
    const none = await tidemark(load('read', '--verify most')).ended;
    expect(none.errors).toMatch(/--verify: expected/);
  });

  it('stops for Ctrl-C within a second, and the same command finishes', { timeout: 60_000 }, async () => {
    writeFiles(1, 3000);
    const first = tidemark(load('stopped', '--rate 1000'));
    while (rowsSaved() < 300) await sleep(20);
    first.child.kill('SIGINT');
    const stopped = await first.ended;
    expect(stopped.exitCode).toBe(130);
    const { ok = 0, rejected = 0, rows_read: read = 0 } = footOf(stopped.out);
    expect(ok + rejected).toBe(read);
    expect(read).toBe(rowsSaved());
    const { out } = await tidemark(load('stopped', '')).ended;
    expect(footOf(out)).toMatchObject({ resumed: read, rows_read: 3000 });
    expect(await stored('stopped')).toEqual(expected(3000));
  });

  it('fails with a clear sentence, and says where it stood', { timeout: 60_000 }, async () => {
    writeFiles(1, 500);
    const tooMany = await tidemark(load('many', '--max-rejected 2')).ended;
    expect(tooMany.exitCode).toBe(1);
    expect(tooMany.errors).toMatch(
      /OPERATIONS_FAILED: part0\.csv has more than 2 rows that cannot be written, the last on line \d+ \(sort_key: expected a UUID .*, found "bad-207"\)/,
    );
    const none = await tidemark(load('many', '').map((word) => word.replace('*.csv', '*.tsv'))).ended;
    expect(none.errors).toMatch(/No files found matching pattern '\*\.tsv'/);
    const missing = await tidemark(load('nowhere', '--skip-create')).ended;
    expect(missing.errors).toMatch(/KEYSPACE_UNKNOWN: the target has no table nowhere\.content_data/);
    const wrong = await tidemark(load('1st', '--batch-size 0')).ended;
    expect(wrong.errors).toMatch(/--keyspace: expected a name of letters/);
    expect(wrong.errors).toMatch(/--batch-size: expected at least 1, found 0/);
  });
});

describe('load runs', () => {
  it('share the files of a dataset over executors, one of which has none', { timeout: 90_000 }, async () => {
    writeFiles(3, 1000);
    await world.api();
    for (const index of [0, 1])
      await world.executor({ TIDEMARK_EXECUTOR_ID: `executor-${index}`, TIDEMARK_DATA_DIR: folder });
    for (const [keyspace, pattern, rows] of [
      ['shared', '*.csv', 3000],
      ['alone', 'part0.csv', 1000],
    ] as const) {
      const spec = {
        dataset: 'data',
        pattern,
        keyspace,
        create: { replication: { factor: 1 } },
        lanes: 2,
        connection: {},
      };
      const id = await world.post({
        kind: 'load',
        spec,
        target: { contactPoints: [`127.0.0.1:${port}`] },
        placement: { executors: 2 },
      });
      const run = await world.ended(id);
      expect(run.status, run.problem?.detail).toBe('completed');
      const { report, operations } = await world.summary(id);
      expect(await expectReports(world.url, id)).toContain('<h2>Files</h2>');
      const bad = Array.from({ length: rows }, (_, row) => row).filter(isBad).length;
      expect(report).toMatchObject({ kind: 'load', read: rows, written: rows - bad, rejected: bad, failed: 0 });
      expect(operations['LOAD']).toMatchObject({ completed: rows - bad, failed: 0 });
      expect(await stored(keyspace)).toEqual(expected(rows));
    }
  });
});
