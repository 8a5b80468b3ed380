import { execFileSync, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { Summary } from '#libs/contract/summary.js';
import { requireBuild, tidemark } from './cli-program.js';
import { World } from './harness.js';

const program = fileURLToPath(new URL('../../scripts/tidemark.mjs', import.meta.url));
const Document = z.object({ summary: Summary });

/** Interval rows: total operations and the run's time in seconds. */
const rowsOf = (out: string) =>
  [...out.matchAll(/^total,\s+(\d+),(?:[^,]+,){9}\s+([\d.]+),/gm)].map(([, operations, time]) => ({
    operations: Number(operations),
    time: Number(time),
  }));

describe('tidemark stress without a server', () => {
  let world: World;
  let folder: string;
  let node: readonly string[];
  beforeAll(async () => {
    requireBuild();
    folder = await mkdtemp(join(tmpdir(), 'tidemark-stress-'));
    world = await World.create();
    const { port } = await world.simulator();
    node = ['-node', '127.0.0.1', '-port', `native=${port}`];
  });
  afterAll(async () => {
    await world.stop();
    await rm(folder, { recursive: true, force: true });
  });
  const stress = (command: string, options: readonly string[] = []) =>
    tidemark([...options, 'stress', ...command.split(' '), ...node]);

  it('prints rows on whole seconds, the summary and END, and ends with 0', async () => {
    const command = 'write n=2500 cl=ONE no-warmup -rate threads=16 fixed=1000/s';
    const { exitCode, out } = await stress(command).ended;
    expect(exitCode).toBe(0);
    const rows = rowsOf(out);
    expect(rows.slice(0, 2).map(({ time }) => time)).toEqual([1, 2]);
    expect(rows.at(-1)?.operations).toBe(2500);
    expect(out).toMatch(/^Op rate +: +[\d,]+ op\/s {2}\[WRITE: +[\d,]+ op\/s\]$/m);
    expect(out.trimEnd().endsWith('END')).toBe(true);
  });

  it('ends a run by time within 100 ms of it', async () => {
    const { exitCode, out } = await stress('write duration=2s cl=ONE no-warmup -rate threads=16', ['--json']).ended;
    expect(exitCode).toBe(0);
    const { durationMs } = Document.parse(JSON.parse(out)).summary;
    expect(durationMs).toBeGreaterThan(1900);
    expect(durationMs).toBeLessThan(2100);
  });

  it('names every problem of a line that it cannot read, and runs nothing', async () => {
    const { exitCode, out, errors } = await stress('wirte n=10 -rate thread=4 -nods 10.0.0.1').ended;
    expect(exitCode).toBe(1);
    expect(out).toBe('');
    expect(errors).toMatch(
      /wirte; did you mean write\?.*thread=4; did you mean threads\?.*-nods; did you mean -node\?/,
    );
  });

  it('refuses an HDR path that cannot be written before it connects', async () => {
    const path = join(folder, 'absent', 'run.hdr');
    const { exitCode, out, errors } = await stress(`write n=10 no-warmup -rate threads=1 -log hdrfile=${path}`).ended;
    expect(exitCode).toBe(1);
    expect(out).not.toContain('Connected to cluster');
    expect(errors).toMatch(/OUTPUT_UNWRITABLE: .*run\.hdr.*ENOENT/);
  });

  it('stops when the disk is full, says so and leaves no half file', async () => {
    const path = join(folder, 'full.hdr');
    const words = `write duration=60s cl=ONE no-warmup -rate threads=16 fixed=500/s -log interval=100ms hdrfile=${path}`;
    // A limit on the size of a file stands for the full disk: the same write fails in the same way.
    const limited = ['-c', 'ulimit -f 16; exec "$0" "$@"', process.execPath, program, 'stress'];
    const child = spawn('/bin/sh', [...limited, ...words.split(' '), ...node], { stdio: ['ignore', 'pipe', 'pipe'] });
    let errors = '';
    child.stdout.resume();
    child.stderr.on('data', (bytes: Buffer) => (errors += bytes.toString()));
    const exitCode = await new Promise<number | null>((resolve) => child.once('close', resolve));
    expect(exitCode).toBe(1);
    expect(errors).toMatch(/OUTPUT_UNWRITABLE: .*full\.hdr/);
    expect((await readdir(folder)).filter((name) => name.includes('full'))).toEqual([]);
  });

  it('keeps what was measured on Ctrl-C: summary, HDR log, exit code 1', async () => {
    const path = join(folder, 'stopped.hdr');
    const run = stress(`write duration=60s cl=ONE no-warmup -rate threads=16 fixed=500/s -log hdrfile=${path}`);
    await run.seen(/^total,.* 1\.0,/m);
    const askedMs = Date.now();
    run.child.kill('SIGINT');
    const { exitCode, out } = await run.ended;
    expect(Date.now() - askedMs).toBeLessThan(2000);
    expect(exitCode).toBe(1);
    expect(out).toMatch(/^Total partitions +: +[1-9]/m);
    expect(out.trimEnd().endsWith('FAILURE')).toBe(true);
    expect(existsSync(path)).toBe(true);
    expect(await readFile(path, 'utf8')).toContain('Tag=WRITE-rt');
  });

  it('connects by TLS with the PEM files of -transport, and says why a Java store will not do', async () => {
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    const what = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
    execFileSync('openssl', ['req', ...what, '-subj', '/CN=somebody.else', '-keyout', key, '-out', cert], {
      stdio: 'ignore',
    });
    const { port } = await world.simulator('--tls-key', key, '--tls-cert', cert);
    const command = `write n=500 cl=ONE no-warmup -rate threads=4 -node 127.0.0.1 -port native=${port}`;
    const run = (transport: string) => tidemark(['stress', ...`${command} ${transport}`.trim().split(' ')]).ended;

    const trusted = await run(`-transport truststore=${cert}`);
    expect(trusted).toMatchObject({ exitCode: 0, errors: '' });
    expect(trusted.out).toMatch(/Total partitions +: +500/);
    expect((await run('')).errors).toMatch(/TARGET_UNREACHABLE: could not connect/);
    expect((await run(`-transport truststore=${cert} hostname-verification=true`)).errors).toMatch(
      /TARGET_UNREACHABLE: .*(altnames|CN|127\.0\.0\.1)/,
    );
    expect((await run('-transport truststore=/etc/client.jks')).errors).toMatch(
      /expected a PEM file, found \/etc\/client\.jks: make one with keytool -exportcert -rfc/,
    );
  });

  it('goes on until the rate is known well enough, which is a success', async () => {
    const run = await stress('write err<0.9 n>3 n<20 cl=ONE no-warmup -rate threads=8 -log interval=200ms').ended;
    expect(run).toMatchObject({ exitCode: 0, errors: '' });
    expect(run.out).toContain('Running WRITE with 8 threads until stderr of mean < 0.9');
    expect(run.out).toContain('  Target Uncertainty: 0.900');
    // Three whole intervals, and the one in which the load was told to stop.
    expect(run.out.match(/^total, /gm)?.length).toBeGreaterThanOrEqual(3);
    expect(run.out.match(/^total, /gm)?.length).toBeLessThanOrEqual(6);
    expect(run.out.trimEnd().endsWith('END')).toBe(true);
  });

  it('searches the number of threads and ends with one table', async () => {
    const run = await stress(
      `read n=400 cl=ONE no-warmup -errors ignore skip-read-validation -rate threads>=4 threads<=110 auto -log hdrfile=${join(folder, 'search.hdr')}`,
    ).ended;
    expect(run).toMatchObject({ exitCode: 0, errors: '' });
    expect(run.out).toMatch(/Auto: true\n {2}Min Threads: 4\n {2}Max Threads: 110\n/);
    expect(run.out).toMatch(/Running READ with 104 threads for 400 iteration/);
    expect(run.out).toMatch(/Improvement over 4 threadCount: -?\d+%/);
    const table = run.out.slice(run.out.indexOf('id, type')).split('\n');
    expect(table.filter((line) => /^ *\d+ threadCount, (READ|total), +400,/.test(line))).toHaveLength(4);
    expect(run.out.match(/^END$/gm)).toHaveLength(1);
    // Every run of the search keeps its histograms.
    for (const threads of [4, 104])
      expect(await readFile(join(folder, `search.${threads}.hdr`), 'utf8')).toContain('Tag=READ-st');
  });
});
