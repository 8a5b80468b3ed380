import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Summary } from '#libs/contract/summary.js';
import { encodedCount } from '#libs/stats/encoded-counts.js';
import { readHdrLog } from '#libs/stats/hdr-log-reader.js';
import { requireBuild, tidemark } from './cli-program.js';
import { World } from './harness.js';

describe("tidemark stress --from: other tools' lines without a server", () => {
  let world: World;
  let contactPoint: string;
  beforeAll(async () => {
    requireBuild();
    world = await World.create();
    ({ contactPoint } = await world.simulator());
  });
  afterAll(() => world.stop());

  const run = async (...words: string[]) => {
    const { exitCode, out, errors } = await tidemark(['--json', 'stress', ...words]).ended;
    return { exitCode, errors, summary: out === '' ? undefined : Summary.parse(JSON.parse(out).summary) };
  };
  const bench = (line: string) => run('--from', 'scylla-bench', `${line} -nodes ${contactPoint}`);

  it('scylla-bench: every row of a write is found right by reads and scans', async () => {
    const rows = '-partition-count 40 -clustering-row-count 25 -validate-data';
    const write = await bench(`-mode write -workload sequential ${rows} -clustering-row-size 60 -rows-per-request 4`);
    expect(write.exitCode, write.errors).toBe(0);
    expect(write.summary?.operations['write']).toMatchObject({ failed: 0, rows: 1_000 });
    for (const line of [`-mode read -workload sequential ${rows}`, '-mode scan -range-count 5 -validate-data']) {
      const { exitCode, errors, summary } = await bench(line);
      expect(exitCode, errors).toBe(0);
      expect(summary).toMatchObject({ mismatchCount: 0, operations: { total: { failed: 0, rows: 1_000 } } });
    }
  });

  it('scylla-bench: takes the words of a shell, and prints them as its settings', async () => {
    const hdr = join(await mkdtemp(join(tmpdir(), 'tidemark-doors-')), 'bench.hdr');
    const words =
      `-mode write -workload uniform -duration 500ms -max-rate 200 -concurrency 4 -hdr-latency-file ${hdr}`.split(' ');
    const { exitCode, out, errors } = await tidemark([
      'stress',
      '--from=scylla-bench',
      ...words,
      '-nodes',
      contactPoint,
    ]).ended;
    expect({ exitCode, errors }).toEqual({ exitCode: 0, errors: '' });
    expect(out).toContain('In the words of scylla-bench:\n  -mode write\n  -workload uniform\n');
    expect(out).toMatch(/Running write with 4 threads .*\n/i);
    expect(out).toMatch(/Total partitions +: +100 \[write: 100\]/);
    expect(out.trimEnd().endsWith('END')).toBe(true);
    // The original's own file has had nothing but a header since its writer lost its caller.
    const counted = readHdrLog(await readFile(hdr, 'utf8'))
      .entries.filter(({ tag }) => tag === 'write-st')
      .reduce((sum, { histogram }) => sum + encodedCount(histogram), 0);
    expect(counted).toBe(100);
    await rm(dirname(hdr), { recursive: true });
  });

  it('scylla-bench: fails a checked read of rows that were written unchecked', async () => {
    const rows = '-workload sequential -partition-count 3 -clustering-row-count 5 -keyspace unchecked';
    expect((await bench(`-mode write ${rows}`)).exitCode).toBe(0);
    const { exitCode, errors, summary } = await bench(`-mode read ${rows} -validate-data`);
    expect([exitCode, summary?.mismatchCount]).toEqual([1, 15]);
    expect(errors).toContain('VALIDATION_MISMATCH: 15 operations found rows that are wrong');
  });

  it('YCSB: loads, and runs A and F with values that are checked, and E with scans', async () => {
    const [host = '', port = ''] = contactPoint.split(':');
    const where = ['-p', `hosts=${host}`, '-p', `port=${port}`, '-p', 'dataintegrity=true', '-threads', '8'];
    const ycsb = (phase: string, workload: string) =>
      run('--from', 'ycsb', phase, 'cassandra-cql', '-P', `workloads/workload${workload}`, ...where);
    const before = await ycsb('run', 'a');
    expect(before.exitCode).toBe(1);
    expect(before.errors).toContain('the target has no table ycsb.usertable: write it first');
    const load = await ycsb('load', 'a');
    expect(load.exitCode, load.errors).toBe(0);
    expect(load.summary?.operations['INSERT']).toMatchObject({ completed: 1_000, failed: 0 });
    for (const [workload, names] of Object.entries({ a: ['READ', 'UPDATE'], f: ['READ', 'READ-MODIFY-WRITE'] })) {
      const { exitCode, errors, summary } = await ycsb('run', workload);
      expect(exitCode, errors).toBe(0);
      expect(Object.keys(summary?.operations ?? {}).toSorted()).toEqual([...names, 'total'].toSorted());
      expect(summary?.operations['total']).toMatchObject({ completed: 1_000, failed: 0 });
    }
    // Without a word of measurement.interval: what waited is in no figure there, and in the response time here.
    const paced = await run(
      '--from',
      'ycsb',
      'run',
      'cassandra-cql',
      '-P',
      'workloads/workloadc',
      ...where,
      '-target',
      '2000',
    );
    expect(paced.exitCode, paced.errors).toBe(0);
    expect(paced.summary?.operations['READ']?.responseTime?.count).toBe(1_000);
    const scans = await ycsb('run', 'e');
    expect(scans.exitCode, scans.errors).toBe(0);
    const { SCAN, INSERT } = scans.summary?.operations ?? {};
    expect((SCAN?.completed ?? 0) + (INSERT?.completed ?? 0)).toBe(1_000);
    expect((SCAN?.failed ?? 1) + (INSERT?.failed ?? 1)).toBe(0);
    // Of 1 to 100 rows each, fewer only at the end of the ring.
    expect((SCAN?.rows ?? 0) / (SCAN?.completed ?? 1)).toBeGreaterThan(30);
    expect((SCAN?.rows ?? 0) / (SCAN?.completed ?? 1)).toBeLessThan(60);
  });

  it('refuses what it cannot carry out, by name, before it connects', async () => {
    expect(await run('--from', 'scyla-bench', '-mode', 'write')).toMatchObject({
      exitCode: 1,
      errors: expect.stringContaining('expected scylla-bench or ycsb, found scyla-bench; did you mean scylla-bench?'),
    });
    const line = ['-mode', 'write', '-workload', 'sequential', '-client-compression', '-hdr-latency-sig', '4'];
    expect((await run('--from', 'scylla-bench', ...line)).errors).toMatch(/-hdr-latency-sig: expected 3/);
    const driver = await tidemark(['--engine', 'driver', 'stress', '--from', 'ycsb', 'load', '-P', 'workloada']).ended;
    expect(driver.errors).toContain('--engine driver: lines of ycsb run on the wire engine only');
  });

  it('has a help of its own for each tool', async () => {
    const { exitCode, out } = await tidemark(['stress', '--from', 'ycsb', '--help']).ended;
    expect([exitCode, out.split('\n')[0]]).toEqual([
      0,
      'Usage: tidemark [--json] stress --from ycsb load|run [cassandra-cql|scylla] WORDS',
    ]);
  });
});
