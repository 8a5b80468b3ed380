import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { csvRows, RowTable } from '../csv-rows.js';
import { requireBuild, tidemark } from './cli-program.js';
import { World } from './harness.js';
import { expectReports } from './report-forms.js';

const FILES = 7;
const ROWS = 100;
const KEYSPACE = 'content_db';

/** `ok`, `timeouts` … of a line of metrics. */
const metrics = (line: string): Record<string, number> =>
  Object.fromEntries([...line.matchAll(/(\w+)=([\d.]+)/g)].map(([, name = '', value]) => [name, Number(value)]));

const workerLines = (out: string): string[] =>
  out.split('\n').filter((line) => /\| worker=\d+ \| .*\| qps=/.test(line));
const lastLine = (out: string): Record<string, number> => metrics(out.trimEnd().split('\n').at(-1) ?? '');

describe('tidemark query against a simulated cluster', () => {
  let world: World;
  let table: RowTable;
  let folder: string;
  let data: string;
  let port: number;
  let rows: [key: string, content: string][];
  beforeAll(async () => {
    requireBuild();
    folder = mkdtempSync(join(tmpdir(), 'tidemark-query-'));
    data = join(folder, 'data', 'rows');
    const sizes = '--min-size 100 --max-size 200';
    const made = await tidemark(
      `generate --output-dir ${data} --num-files ${FILES} --rows-per-file ${ROWS} ${sizes}`.split(' '),
    ).ended;
    expect(made.exitCode, made.errors).toBe(0);
    rows = csvRows(data);
    world = await World.create();
    const simulated = await world.simulator();
    port = simulated.port;
    table = new RowTable(simulated.contactPoint, KEYSPACE);
    await table.fill(rows);
  });
  afterAll(async () => {
    await table.close();
    await world.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const query = (words: string) => tidemark(`query --csv-dir ${data} --port ${port} ${words}`.split(' '));

  it('finds every row, by the workers that the manifest says, and prints the original’s lines', async () => {
    const manifest = join(folder, 'assignments.json');
    const { exitCode, out, errors } = await query(
      `--worker-count 3 --check-payload --fail-on-mismatch --assignments ${manifest}`,
    ).ended;
    expect(exitCode, errors + out).toBe(0);
    const { assignments } = JSON.parse(readFileSync(manifest, 'utf8'));
    const counts: number[] = assignments.map(({ files }: { files: string[] }) => files.length);
    expect(counts).toEqual([3, 2, 2]);
    const lines = workerLines(out);
    for (const [index, files] of counts.entries()) {
      const [line = ''] = lines.filter((text) => text.includes(`| worker=${index + 1} |`)).slice(-1);
      expect(line).toMatch(
        /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ \| worker=\d \| thread=query \| INFO \| qps=[\d.]+ \| ok=\d+ \| timeouts=0 \| errors=0 \| submitted=\d+ \| rows_read=\d+ \| files=\d \| queue_depth=0$/,
      );
      expect(metrics(line)).toMatchObject({
        files,
        ok: files * ROWS,
        submitted: files * ROWS,
        rows_read: files * ROWS,
      });
    }
    expect(lastLine(out)).toMatchObject({ ok: 700, errors: 0, files: 7, missing: 0, different: 0, bad_rows: 0 });
  });

  it('tells a row that is gone from one that was changed, and goes on to the end', async () => {
    const [gone = ['', ''], changed = ['', '']] = [rows[10], rows[650]];
    await table.remove(gone[0]);
    await table.write(changed[0], `${changed[1].slice(0, 50)}#${changed[1].slice(51)}`);
    try {
      const seen = await query('--worker-count 2 --check-payload').ended;
      expect(seen.exitCode, seen.errors).toBe(0);
      expect(lastLine(seen.out)).toMatchObject({ ok: 698, errors: 2, submitted: 700, missing: 1, different: 1 });
      expect(seen.out).toMatch(
        new RegExp(`WARNING \\| Query failed: .*key ${gone[0]}, .*expected a row, found nothing`),
      );
      expect(seen.out).toMatch(
        new RegExp(`WARNING \\| Query failed: .*key ${changed[0]}, column content, expected \\w+ \\(from byte 50 of`),
      );
      const unchecked = await query('--worker-count 2').ended;
      expect(lastLine(unchecked.out)).toMatchObject({ ok: 699, missing: 1, different: 0 });
      const strict = await query('--check-payload --fail-on-mismatch').ended;
      expect(strict.exitCode).toBe(1);
      expect(strict.errors).toContain('VALIDATION_MISMATCH: ');
    } finally {
      await table.fill([gone, changed]);
    }
  });

  it('reads the variables of the original, and asks nobody in a dry run', async () => {
    const envFile = join(folder, '.env');
    writeFileSync(envFile, `CSV_DIR=${data}\nFILE_GLOB=*_000[1-3].csv\nWORKER_COUNT=2\nBATCH_SIZE=7\nSCYLLA_PORT=1\n`);
    const three = await tidemark(['query', '--env-file', envFile, '--', '--dry-run']).ended;
    expect(lastLine(three.out)).toMatchObject({ ok: 300, files: 3 });
    const bad = await tidemark(['query', '--env-file', envFile, '--file-glob', '*.tsv']).ended;
    expect(bad.exitCode).toBe(1);
    expect(bad.errors).toContain("INPUT_UNREADABLE: No files found matching pattern '*.tsv' in ");
    const docker = await tidemark(['query', '--mode', 'docker', '--output', 'x.yml']).ended;
    expect(docker.exitCode).toBe(2);
    expect(docker.errors).toContain('with --server the workers are the executors of that server');
    const query = ['query', '--env-file', envFile, '--file-glob', '*_000?.csv'];
    const { exitCode, out, errors } = await tidemark([...query, '--', '--dry-run']).ended;
    expect(exitCode, errors).toBe(0);
    expect(lastLine(out)).toMatchObject({ ok: 700, errors: 0, files: 7 });
    const refused = await tidemark(query).ended;
    expect(refused.exitCode).toBe(1);
    expect(refused.errors).toMatch(/^TARGET_UNREACHABLE: /m);
  });

  it('stops at a signal, asks what still waits, and reports', async () => {
    const running = query('--worker-count 1 --loops 1000000 --rate 200 --metrics-interval 0.2');
    await running.seen(/qps=(?!0\.0)/);
    const askedMs = Date.now();
    running.child.kill('SIGINT');
    const { exitCode, out } = await running.ended;
    expect(Date.now() - askedMs).toBeLessThan(5_000);
    expect(exitCode).toBe(130);
    const { ok = 0, submitted, errors, seconds = 0 } = lastLine(out);
    expect(ok).toBeGreaterThan(0);
    expect({ submitted, errors }).toEqual({ submitted: ok, errors: 0 });
    expect(ok).toBeLessThanOrEqual(200 * seconds + 1);
    expect(out).toMatch(/^Rows read and not asked for any more: /m);
  });

  it('says what is wrong with the table, and counts rows that cannot be asked for', async () => {
    const absent = await query('--table nothing').ended;
    expect(absent.exitCode).toBe(1);
    expect(absent.errors).toMatch(/^KEYSPACE_UNKNOWN: .*load the dataset first/m);
    const broken = join(folder, 'broken');
    await tidemark(`generate --output-dir ${broken} --num-files 1 --rows-per-file 1`.split(' ')).ended;
    writeFileSync(join(broken, 'more.csv'), `sort_key,content\nno-uuid,x\n${rows[0]?.join(',')}\n`);
    const { out } = await query(`--csv-dir ${broken} --file-glob more.csv`).ended;
    expect(lastLine(out)).toMatchObject({ ok: 1, submitted: 1, rows_read: 2, bad_rows: 1 });
    expect(out).toContain(
      'more.csv row 1 cannot be asked for: sort_key: expected a UUID such as 5b6962dd-3f90-4c93-8f61-eabfa4a803e2, found no-uuid',
    );
  });

  it('over HTTP splits the files over three executors, and keeps the manifest', async () => {
    await world.api();
    for (const index of [0, 1, 2])
      await world.executor({
        TIDEMARK_EXECUTOR_ID: `executor-${index}`,
        TIDEMARK_DATA_DIR: join(folder, 'data'),
      });
    const manifest = join(folder, 'remote.json');
    const { exitCode, out, errors } = await tidemark(
      `query --csv-dir rows --port ${port} --worker-count 3 --check-payload --assignments ${manifest} --server ${world.url}`.split(
        ' ',
      ),
    ).ended;
    expect(exitCode, errors + out).toBe(0);
    expect(lastLine(out)).toMatchObject({ ok: 700, errors: 0, files: 7 });
    const id = /run ([\w-]{36}):/.exec(errors)?.[1] ?? '';
    const run = await world.run(id);
    expect(run.labels).toEqual({ region: 'local' });
    const parts = run.shards.map(({ report, completed }) =>
      report?.kind === 'query' ? { completed, ...report } : undefined,
    );
    expect(parts.map((part) => [part?.assignments.map(({ worker }) => worker), part?.ok, part?.completed])).toEqual([
      [[1], 300, 300],
      [[2], 200, 200],
      [[3], 200, 200],
    ]);
    const { report, operations, validity } = await world.summary(id);
    expect(await expectReports(world.url, id)).toContain('<h2>Rows looked up</h2>');
    expect(operations['QUERY']).toMatchObject({ completed: 700, failed: 0, rows: 700 });
    expect(report).toMatchObject({ kind: 'query', ok: 700, rowsRead: 700, missing: 0 });
    expect(report?.kind === 'query' && report.assignments).toEqual(
      JSON.parse(readFileSync(manifest, 'utf8')).assignments,
    );
    const kept = await fetch(`${world.url}/v1/runs/${id}/artifacts/assignments.json`);
    expect(kept.headers.get('content-type')).toMatch(/^application\/json/);
    expect(await kept.text()).toBe(readFileSync(manifest, 'utf8'));
    const readings = (await world.intervals(id)).filter(({ operation }) => operation === 'QUERY');
    expect(readings.reduce((sum, { reading }) => sum + (reading?.rowsRead ?? 0), 0)).toBe(700);
    expect(readings.reduce((sum, { reading }) => sum + (reading?.files ?? 0), 0)).toBe(7);
    expect(validity.reasons.filter(({ level }) => level === 'invalid')).toEqual([]);
    const answer = await fetch(`${world.url}/v1/runs/${id}/stdout`);
    const text = await answer.text();
    expect(lastLine(text)).toMatchObject({ ok: 700, files: 7 });
    expect(workerLines(text).length).toBeGreaterThanOrEqual(3);
    // The first file is the first executor's; the others go on to their end all the same.
    const gone = rows[0] ?? ['', ''];
    await table.remove(gone[0]);
    const strict = await tidemark(
      `query --csv-dir rows --port ${port} --rate 400 --fail-on-mismatch --server ${world.url}`.split(' '),
    ).ended;
    await table.fill([gone]);
    expect(strict.exitCode).toBe(1);
    expect(strict.errors).toMatch(/^VALIDATION_MISMATCH: 1 rows were not found and 0 differ from the CSV/m);
    expect(lastLine(strict.out)).toMatchObject({ ok: 699, submitted: 700, missing: 1, files: 7 });
  });
});

describe('queries that are not answered in time', () => {
  it('are counted and never sent again', async () => {
    const world = await World.create();
    const folder = mkdtempSync(join(tmpdir(), 'tidemark-query-'));
    try {
      await tidemark(
        `generate --output-dir ${folder} --num-files 1 --rows-per-file 40 --min-size 100 --max-size 100`.split(' '),
      ).ended;
      const script = await world.script(
        [{ kind: 'silence', share: 1, where: { access: 'read', table: `${KEYSPACE}.content_data` } }],
        'applied',
      );
      const { contactPoint, port } = await world.simulator('--script', script);
      const table = new RowTable(contactPoint, KEYSPACE);
      await table.fill(csvRows(folder));
      await table.close();
      const { exitCode, out, errors } = await tidemark(
        `query --csv-dir ${folder} --port ${port} --worker-count 1 --timeout 0.3`.split(' '),
      ).ended;
      expect(exitCode, errors).toBe(0);
      expect(lastLine(out)).toMatchObject({ ok: 0, timeouts: 40, errors: 0, submitted: 40, missing: 0 });
      expect(out).toContain('WARNING | Query timeout: clientTimeout');
    } finally {
      await world.stop();
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
