import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { requireBuild, type Running, tidemark } from './cli-program.js';
import { World } from './harness.js';
import { expectReports } from './report-forms.js';

beforeAll(requireBuild);

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tidemark-generate-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const flags = (output: string, more: readonly string[] = []): string[] =>
  `generate --output-dir ${output} --num-files 6 --rows-per-file 2000 --threads 3 --seed 42`.split(' ').concat(more);

const NAMES = [1, 2, 3, 4, 5, 6].map((file) => `worker0${((file - 1) % 3) + 1}_data_000${file}.csv`);

const sums = (path: string): Record<string, string> =>
  Object.fromEntries(
    readdirSync(path)
      .filter((name) => name.endsWith('.csv'))
      .toSorted()
      .map((name) => [
        name,
        createHash('sha256')
          .update(readFileSync(join(path, name)))
          .digest('hex'),
      ]),
  );

const manifestOf = (path: string) => JSON.parse(readFileSync(join(path, 'manifest.json'), 'utf8'));
const partials = (path: string): string[] =>
  readdirSync(path, { recursive: true })
    .map(String)
    .filter((name) => name.endsWith('.partial'));

/** Highest resident memory of a process so far, bytes; 0 when it is gone. */
function peakBytes(pid: number): number {
  try {
    const [, kilobytes = '0'] = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return Number(kilobytes) * 1024;
  } catch {
    return 0;
  }
}

async function peakOf({ child, ended }: Running): Promise<number> {
  let peak = 0;
  const over = ended.then(() => true);
  while (!(await Promise.race([over, sleep(5).then(() => false)]))) peak = Math.max(peak, peakBytes(child.pid ?? 0));
  return peak;
}

describe('tidemark generate', () => {
  it('makes the files that it says, with a manifest, sizes as asked, and the load generator’s lines', async () => {
    const path = join(folder, 'out');
    const { exitCode, out, errors } = await tidemark(flags(path)).ended;
    expect(errors).toBe('');
    expect(exitCode).toBe(0);
    expect(out).toContain('Generating 6 files with 2000 rows each\n');
    expect(out).toMatch(/✓ File {3}1\/6: \S+worker01_data_0001\.csv \(2000 rows, keys 1-2000, size 3\.7-/);
    expect(out).toMatch(/^Total rows: 12,000$/m);
    expect(out).toMatch(/^ok=12000 \| errors=0 \| files=6 \| kept=0 \| rows=12000 /m);
    const manifest = manifestOf(path);
    expect(manifest.files.map(({ name }: { name: string }) => name)).toEqual(NAMES);
    expect(
      Object.fromEntries(manifest.files.map((file: { name: string; sha256: string }) => [file.name, file.sha256])),
    ).toEqual(sums(path));
    expect(manifest.totals.sizes.largestDifference).toBeLessThan(0.02);
    expect(Math.abs(manifest.totals.sizes.meanBytes / manifest.totals.sizes.askedMeanBytes - 1)).toBeLessThan(0.02);
    expect(partials(path)).toEqual([]);
  });

  it('killed by -9 keeps its finished files, shows no half ones, and ends with the same bytes', async () => {
    const whole = join(folder, 'whole');
    expect((await tidemark(flags(whole)).ended).exitCode).toBe(0);
    const path = join(folder, 'killed');
    const victim = tidemark(flags(path));
    await victim.seen(/✓ File/);
    victim.child.kill('SIGKILL');
    await victim.ended;
    const finished = sums(path);
    expect(Object.keys(finished).length).toBeGreaterThan(0);
    expect(Object.keys(finished).length).toBeLessThan(6);
    for (const [name, sum] of Object.entries(finished)) expect(sum).toBe(sums(whole)[name]);
    expect(existsSync(join(path, 'manifest.json'))).toBe(false);
    const times = Object.keys(finished).map((name) => statSync(join(path, name)).mtimeMs);
    const { exitCode, out } = await tidemark(flags(path)).ended;
    expect(exitCode).toBe(0);
    expect(out).toContain(`${times.length} of 6 files are finished already and are kept`);
    expect(out).toMatch(new RegExp(`^ok=${(6 - times.length) * 2000} .* kept=${times.length} `, 'm'));
    expect(Object.keys(finished).map((name) => statSync(join(path, name)).mtimeMs)).toEqual(times);
    expect(sums(path)).toEqual(sums(whole));
    expect(manifestOf(path).files).toEqual(manifestOf(whole).files);
    expect(partials(path)).toEqual([]);
  });

  it('refuses a folder of another dataset, and replaces it when told so', async () => {
    const path = join(folder, 'out');
    expect((await tidemark(flags(path)).ended).exitCode).toBe(0);
    const before = sums(path);
    const other = [...flags(path), '--incremental-uuid'];
    const refused = await tidemark(other).ended;
    expect(refused.exitCode).toBe(1);
    expect(refused.errors).toMatch(/^CONFLICT: .*name another dataset, or replace what is there/m);
    expect(sums(path)).toEqual(before);
    expect((await tidemark([...other, '--overwrite']).ended).exitCode).toBe(0);
    expect(readFileSync(join(path, NAMES[0] ?? ''), 'latin1').split('\r\n')[1]).toMatch(
      /^00000000-0000-0000-0000-0{11}1,/,
    );
  });

  it('says every wrong flag at once, and what to do without room on the disk', async () => {
    const wrong = await tidemark(['generate', '--num-files', '0', '--rows-per-file', '5', '--min-size', '3']).ended;
    expect(wrong.exitCode).toBe(2);
    expect(wrong.errors).toContain('--num-files: expected at least 1, found 0');
    expect(wrong.errors).toContain('--min-size: expected at least 37, found 3');
    const full = await tidemark(flags(join(folder, 'full'), ['--min-free', String(2 ** 52)])).ended;
    expect(full.exitCode).toBe(1);
    expect(full.errors).toMatch(/^OUTPUT_UNWRITABLE: the dataset needs about .* must stay free \(minFreeBytes\)/m);
  });

  it('needs as much memory for a large file as for a small one', async () => {
    const make = (rows: number) =>
      peakOf(
        tidemark(
          `generate --output-dir ${join(folder, String(rows))} --num-files 1 --rows-per-file ${rows} --threads 1`.split(
            ' ',
          ),
        ),
      );
    const small = await make(1_000);
    const large = await make(40_000);
    expect(small).toBeGreaterThan(0);
    expect(large - small).toBeLessThan(64 * 2 ** 20);
    expect(statSync(join(folder, '40000', 'worker01_data_0001.csv')).size).toBeGreaterThan(300 * 2 ** 20);
  });
});

describe('generate runs of a service', () => {
  it('make the same bytes with one executor, with three, and without a server', async () => {
    const here = join(folder, 'here');
    expect((await tidemark(flags(here)).ended).exitCode).toBe(0);
    const world = await World.create();
    try {
      const data = join(world.folder, 'data');
      await world.api();
      for (const index of [0, 1, 2])
        await world.executor({ TIDEMARK_EXECUTOR_ID: `executor-${index}`, TIDEMARK_DATA_DIR: data });
      for (const executors of [1, 3]) {
        const spec = { dataset: `by-${executors}`, files: 6, rowsPerFile: 2000, threads: 3, lanes: 2, seed: 42 };
        const id = await world.post({ kind: 'generate', spec, placement: { executors } });
        const run = await world.ended(id);
        expect(run.status, run.problem?.detail).toBe('completed');
        expect(run.shards.length).toBe(executors);
        const summary = await world.summary(id);
        expect(await expectReports(world.url, id)).toContain('<h2>Rows by size</h2>');
        expect(summary.operations['ROW']).toMatchObject({ completed: 12_000, failed: 0 });
        expect(summary.report).toMatchObject({ files: 6, keptFiles: 0, rows: 12_000 });
        const { report } = summary;
        expect(report?.kind === 'generate' && report.sizes.largestDifference).toBeLessThan(0.02);
        expect(summary.validity.reasons.filter(({ level }) => level === 'invalid')).toEqual([]);
        expect(sums(join(data, `by-${executors}`))).toEqual(sums(here));
        expect(manifestOf(join(data, `by-${executors}`)).files).toEqual(manifestOf(here).files);
      }
    } finally {
      await world.stop();
    }
  });

  it('of a killed executor are resumed by another one: finished files stay, the bytes are the same', async () => {
    const here = join(folder, 'here');
    expect((await tidemark(flags(here)).ended).exitCode).toBe(0);
    const world = await World.create({ TIDEMARK_LEASE_MS: '1000', TIDEMARK_BEAT_MS: '100' });
    try {
      const data = { TIDEMARK_DATA_DIR: join(world.folder, 'data') };
      const path = join(world.folder, 'data/killed');
      await world.api();
      const victim = await world.executor(data);
      const spec = { dataset: 'killed', files: 6, rowsPerFile: 2000, threads: 3, lanes: 1, seed: 42 };
      const id = await world.post({ kind: 'generate', spec });
      const finished = (): string[] => (existsSync(path) ? Object.keys(sums(path)) : []);
      while (finished().length === 0) await sleep(5);
      victim.signal('SIGKILL');
      expect((await world.ended(id)).status).toBe('interrupted');
      const kept = finished().length;
      expect(kept).toBeLessThan(6);
      await world.executor(data);
      const again = await world.post({ kind: 'generate', spec });
      const run = await world.ended(again);
      expect(run.status, run.problem?.detail).toBe('completed');
      expect((await world.summary(again)).report).toMatchObject({ files: 6, keptFiles: kept, keptRows: kept * 2000 });
      expect(sums(path)).toEqual(sums(here));
      expect(partials(path)).toEqual([]);
    } finally {
      await world.stop();
    }
  });

  it('are shown by the command line, and kept when they are run again', async () => {
    const world = await World.create();
    try {
      await world.api();
      await world.executor({ TIDEMARK_DATA_DIR: join(world.folder, 'data') });
      const first = await tidemark(flags('loadable_data', ['--server', world.url])).ended;
      expect(first.exitCode, first.errors).toBe(0);
      expect(first.out).toMatch(/✓ File {3}6\/6: loadable_data\/worker03_data_0006\.csv \(2000 rows, keys 10001-12000/);
      expect(first.out).toMatch(/^ok=12000 \| errors=0 \| files=6 /m);
      const again = await tidemark(flags('loadable_data', ['--server', world.url])).ended;
      expect(again.out).toMatch(/^ok=0 \| errors=0 \| files=6 \| kept=6 /m);
      const escape = await tidemark(flags('../outside', ['--server', world.url])).ended;
      expect(escape.exitCode).toBe(2);
      expect(escape.errors).toContain('--output-dir: expected a name of letters');
    } finally {
      await world.stop();
    }
  });
});
