import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CodedError } from '#libs/contract/coded-error.js';
import { parseStressCommand } from '#libs/stress/command-line.js';
import { requireBuild } from './cli-program.js';
import { World } from './harness.js';
import { expectWhole, fill, LINES, profile, runLine, small } from './stress-lines.js';

describe('command lines from documentation and test suites', () => {
  let world: World;
  let folder: string;
  let port: number;
  beforeAll(async () => {
    requireBuild();
    folder = await mkdtemp(join(tmpdir(), 'tidemark-lines-'));
    await writeFile(join(folder, 'profile.yaml'), profile(3));
    world = await World.create();
    ({ port } = await world.simulator('--nodes', '3'));
  });
  afterAll(async () => {
    await world.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('are at least twenty, and all are read as they stand', () => {
    expect(LINES.length).toBeGreaterThanOrEqual(20);
    const refused = LINES.flatMap((line) => {
      try {
        parseStressCommand(line, () => ({ yaml: profile(3) }));
        return [];
      } catch (error) {
        return [`${line}: ${error instanceof CodedError ? error.message : String(error)}`];
      }
    });
    expect(refused).toEqual([]);
  });

  it.each(LINES)('run: %s', async (line) => {
    // Tables of another shape would be refused: each line has a keyspace of its own unless it names one.
    const words = small(line, {
      folder,
      node: `127.0.0.1 -port native=${port}`,
      keyspace: `line${LINES.indexOf(line)}`,
    });
    const before = fill(words);
    if (before !== undefined) expect(await runLine(before)).toMatchObject({ exitCode: 0, errors: '' });
    const { exitCode, out, errors } = await runLine(words);
    expect({ exitCode, errors }, `${words}\n${out}`).toEqual({ exitCode: 0, errors: '' });
    expectWhole(line, out);
  });

  it('wrote the files that they name', async () => {
    expect(await readdir(folder)).toEqual(
      expect.arrayContaining(['mixed_autorate_r9w1_1M.log', 'output.txt', 'test2.html']),
    );
  });
});
