import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort, requireBuild, type Running, tidemark } from './cli-program.js';

/* A simulated node, the API and one executor, all started by `tidemark` as a user starts them. */
let folder: string;
let server: string;
const processes: Running[] = [];
const client = (...args: string[]) => tidemark([...args, '--server', server]).ended;

const definition = (contactPoint: string, stop: string, rate: string) => `
kind: stress
name: from the command line
labels: { suite: cli }
target: { contactPoints: ["${contactPoint}"] }
spec:
  operation: write
  stop: ${stop}
  consistencyLevel: ONE
  warmup: false
  rate: ${rate}
`;

beforeAll(async () => {
  requireBuild();
  folder = await mkdtemp(join(tmpdir(), 'tidemark-cli-run-'));
  const sim = tidemark(['sim', '--port', '0']);
  processes.push(sim);
  const contactPoint = (await sim.seen(/ready on (\S+)/))[1] ?? '';
  const port = String(await freePort());
  server = `http://127.0.0.1:${port}`;
  const database = { TIDEMARK_DATABASE_URL: `sqlite:${join(folder, 'tidemark.db')}` };
  const api = tidemark(['serve'], { ...database, TIDEMARK_PORT: port });
  processes.push(api);
  await api.seen(/Tidemark API on/);
  const executor = tidemark(['executor'], { ...database, TIDEMARK_SPOOL_DIR: join(folder, 'spool') });
  processes.push(executor);
  await executor.seen(/ready/);
  const closed = '{ model: closed, threads: 8 }';
  const open = '{ model: open, threads: 8, ratePerSecond: 200 }';
  await writeFile(join(folder, 'short.yaml'), definition(contactPoint, '{ type: operations, count: 2000 }', closed));
  await writeFile(join(folder, 'long.yaml'), definition(contactPoint, '{ type: duration, durationMs: 60000 }', open));
});

afterAll(async () => {
  for (const { child, ended } of processes.toReversed()) {
    child.kill('SIGTERM');
    await ended;
  }
  await rm(folder, { recursive: true, force: true });
});

describe('tidemark run', () => {
  it('--watch shows the run to its end; results, list and hdr find it afterwards', async () => {
    const watched = await client('run', join(folder, 'short.yaml'), '--watch');
    expect(watched).toMatchObject({ exitCode: 0 });
    expect(watched.out).toMatch(/^ +\d+\.\d +WRITE .*SIMULATED$/m);
    expect(watched.out).toContain('2,000 operations');
    const id = /^run +(\S+)$/m.exec(watched.out)?.[1] ?? '';

    const results = await client('results', id, '--json');
    const document: unknown = JSON.parse(results.out);
    expect(document).toMatchObject({
      run: { id, status: 'completed', labels: { suite: 'cli' } },
      summary: { simulated: true, operations: { WRITE: { completed: 2000, failed: 0 } } },
    });
    expect((await client('list', '--label', 'suite:cli')).out).toContain(id);

    const refused = await client('cancel', id);
    expect(refused.exitCode).toBe(1);
    expect(refused.errors).toContain('RUN_ALREADY_ENDED');

    const log = join(folder, 'run.hdr');
    expect((await client('hdr', id, '-o', log, '--type', 'st')).exitCode).toBe(0);
    const lines = (await readFile(log, 'utf8')).trimEnd().split('\n');
    expect(lines).toContain('#[Histogram log format version 1.3]');
    expect(lines.filter((line) => line.startsWith('Tag=WRITE-st,')).length).toBeGreaterThanOrEqual(1);
  });

  it('--watch ends with 1 for a run that is cancelled, which keeps what it measured', async () => {
    const watching = tidemark(['run', join(folder, 'long.yaml'), '--watch', '--server', server]);
    await watching.seen(/^ +1\.0 +WRITE/m);
    const listed = await client('list', '--status', 'running', '--json');
    const [running]: { id: string }[] = JSON.parse(listed.out);
    expect((await client('cancel', running?.id ?? '')).exitCode).toBe(0);
    const { exitCode, out } = await watching.ended;
    expect(exitCode).toBe(1);
    expect(out).toMatch(/^status +cancelled$/m);
    expect(Number(/^WRITE +([\d,]+) operations/m.exec(out)?.[1]?.replaceAll(',', ''))).toBeGreaterThanOrEqual(150);
  });

  it('that the server does not know is 1, with its sentence', async () => {
    const { exitCode, errors } = await client('results', 'no-such-run');
    expect(exitCode).toBe(1);
    expect(errors).toContain('RUN_NOT_FOUND');
  });
});

describe('tidemark serve', () => {
  it('is refused by its settings in one sentence, with their exit code', async () => {
    const { exitCode, errors } = await tidemark(['serve'], { TIDEMARK_HOST: '0.0.0.0', TIDEMARK_PORT: 'high' }).ended;
    expect(exitCode).toBe(1);
    expect(errors).toContain('TIDEMARK_PORT');
  });
});
