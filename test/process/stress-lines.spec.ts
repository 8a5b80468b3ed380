import { readFileSync } from 'node:fs';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CodedError } from '#libs/contract/coded-error.js';
import { parseStressCommand } from '#libs/stress/command-line.js';
import { requireBuild, tidemark } from './cli-program.js';
import { World } from './harness.js';

const LINES = readFileSync(fileURLToPath(new URL('../fixtures/stress-lines.txt', import.meta.url)), 'utf8')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'));
const OPERATIONS = 20;

const PROFILE = `
keyspace: lines
keyspace_definition: |
  CREATE KEYSPACE IF NOT EXISTS lines WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 3};
table: pets
table_definition: |
  CREATE TABLE IF NOT EXISTS pets (owner text, day int, sensor text, value blob, PRIMARY KEY (owner, day));
columnspec:
  - name: day
    cluster: fixed(2)
queries:
  read1: { cql: SELECT * FROM pets WHERE owner = ?, fields: samerow }
  read2: { cql: SELECT value FROM pets WHERE owner = ? AND day = ?, fields: samerow }
  read3: { cql: SELECT sensor FROM pets WHERE owner = ? LIMIT 1, fields: samerow }
`;

/** The same line, so small that it takes a moment: few operations on few keys, of a target and files of this test. */
function small(line: string, { folder, port, keyspace }: { folder: string; port: number; keyspace: string }): string {
  const counted = /\b(n=\d+[kmb]?|duration=\d+[smh])(?=\s|$)/i;
  const [datacenter = ''] = /\bdatacenter=\S+/.exec(line) ?? [];
  return line
    .replace(/-node .*?(?= -[a-z]|$)/, '')
    .replace(/^\S+ (\w+)/, counted.test(line) ? 'stress $1' : `stress $1 n=${OPERATIONS}`)
    .replace(counted, `n=${OPERATIONS}`)
    .replace(/(\d+)\.\.\d+[kmb]?/gi, (_, from: string) => `${from}..${Number(from) + OPERATIONS - 1}`)
    .replace(/threads\\?<=\d+/, 'threads<=4')
    .replace(/threads\\?>=\d+/, 'threads>=4')
    .replace(/throttle=\d+/, 'throttle=2000')
    .replace(/file=(\S+)/g, (_, path: string) => `file=${join(folder, basename(path))}`)
    .replace(/profile=\S+/, `profile=${join(folder, 'profile.yaml')}`)
    .replace(/(counter_read n=\d+ cl=\S+|counter_read n=\d+)/, '$1 -rate threads>=4 threads<=4')
    .replace(/-schema (?!['"]?keyspace=)/, `-schema keyspace=${keyspace} `)
    .concat(/ -schema | user /.test(line) ? '' : ` -schema keyspace=${keyspace}`)
    .concat(` -node ${datacenter} 127.0.0.1 -port native=${port}`);
}

/** What a reading line expects to find: the same table and keys, written before. */
function fill(line: string): string | undefined {
  const [, command = ''] = line.split(/ +/);
  if (!/^(read|mixed|counter_read)$/.test(command)) return undefined;
  const { groups = '' } = /(?<groups> -.*)$/.exec(line)?.groups ?? {};
  const kept = groups.replace(/ -(pop|rate|errors|log|graph|reporting) .*?(?= -[a-z]|$)/g, '');
  const from = /(\d+)\.\./.exec(line)?.[1] ?? '1';
  const write = command === 'counter_read' ? 'counter_write' : 'write';
  return `${write} n=${OPERATIONS} no-warmup -rate threads=4 -pop seq=${from}..${Number(from) + OPERATIONS - 1}${kept}`;
}

describe('command lines from documentation and test suites', () => {
  let world: World;
  let folder: string;
  let port: number;
  beforeAll(async () => {
    requireBuild();
    folder = await mkdtemp(join(tmpdir(), 'tidemark-lines-'));
    await writeFile(join(folder, 'profile.yaml'), PROFILE);
    world = await World.create();
    ({ port } = await world.simulator('--nodes', '3'));
  });
  afterAll(async () => {
    await world.stop();
    await rm(folder, { recursive: true, force: true });
  });
  const run = (line: string) =>
    tidemark(['stress', ...line.split(/ +/).slice(line.startsWith('stress ') ? 1 : 0)]).ended;

  it('are at least twenty, and all are read as they stand', () => {
    expect(LINES.length).toBeGreaterThanOrEqual(20);
    const refused = LINES.flatMap((line) => {
      try {
        parseStressCommand(line, () => ({ yaml: PROFILE }));
        return [];
      } catch (error) {
        return [`${line}: ${error instanceof CodedError ? error.message : String(error)}`];
      }
    });
    expect(refused).toEqual([]);
  });

  it.each(LINES)('run: %s', async (line) => {
    // Tables of another shape would be refused: each line has a keyspace of its own unless it names one.
    const words = small(line, { folder, port, keyspace: `line${LINES.indexOf(line)}` });
    const before = fill(words);
    if (before !== undefined) expect(await run(before)).toMatchObject({ exitCode: 0, errors: '' });
    const { exitCode, out, errors } = await run(words);
    expect({ exitCode, errors }, `${words}\n${out}`).toEqual({ exitCode: 0, errors: '' });
    expect(out.trimEnd().endsWith('END')).toBe(true);
    // A query of a profile may find nothing; everything else is one partition each.
    const partitions = line.includes(' user ') ? '\\d+' : OPERATIONS;
    expect(out).toMatch(new RegExp(`^Total partitions +: +${partitions} \\[`, 'm'));
    expect(out).toMatch(/^Total errors +: +0 \[/m);
  });

  it('wrote the files that they name', async () => {
    expect(await readdir(folder)).toEqual(
      expect.arrayContaining(['mixed_autorate_r9w1_1M.log', 'output.txt', 'test2.html']),
    );
  });
});
