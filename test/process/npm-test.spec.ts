import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const run = promisify(execFile);

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tidemark-report-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Evaluates an expression over the report module, in a Node process of its own. */
async function evaluate(expression: string): Promise<unknown> {
  const module = new URL('../../scripts/test-report.mjs', import.meta.url).href;
  const script = `import * as report from ${JSON.stringify(module)}; console.log(JSON.stringify(${expression}))`;
  const { stdout } = await run(process.execPath, ['--input-type=module', '-e', script]);
  return JSON.parse(stdout);
}

const file = (name: string, status: string, ...tests: string[]) => ({
  name,
  status,
  assertionResults: tests.map((each) => ({ status: each })),
});

describe('the last line of npm test', () => {
  it('sums every file, and counts a file that could not be loaded as a failure', async () => {
    const text = JSON.stringify({
      testResults: [
        file('a', 'passed', 'passed', 'passed', 'skipped'),
        file('b', 'failed', 'failed', 'passed'),
        file('c', 'failed'),
        file('d', 'passed', 'todo', 'pending'),
      ],
    });
    const { passed, failed, skipped } = (await evaluate(`report.readReport(${JSON.stringify(text)})`)) as {
      passed: number;
      failed: number;
      skipped: number;
    };
    expect({ passed, failed, skipped }).toEqual({ passed: 3, failed: 2, skipped: 3 });
  });

  it('says of a skipped suite what it lacked', async () => {
    const spec = join(folder, 'needs.spec.ts');
    await writeFile(spec, `process.env['TIDEMARK_TEST_REDIS']; process.env['TIDEMARK_TEST_POSTGRES'];`);
    const report = JSON.stringify({ files: [{ name: spec, passed: 0, failed: 0, skipped: 2 }] });
    const environment = JSON.stringify({ TIDEMARK_TEST_POSTGRES: 'set' });
    const skipped = await evaluate(`report.skippedSuites(${report}, ${environment}, ${JSON.stringify(folder)})`);
    expect(skipped).toEqual([
      {
        file: 'needs.spec.ts',
        skipped: 2,
        reason: 'TIDEMARK_TEST_REDIS is not set (scripts/services start redis)',
      },
    ]);
  });
});

describe('the installation before it', () => {
  it('leaves the folder alone that a link called node_modules points to', async () => {
    const [copy, others] = [join(folder, 'copy'), join(folder, 'others')];
    await Promise.all([mkdir(join(copy, 'scripts'), { recursive: true }), mkdir(others)]);
    const prepare = join(copy, 'scripts', 'prepare.mjs');
    await copyFile(new URL('../../scripts/prepare.mjs', import.meta.url), prepare);
    const lock = { name: 'copy', version: '1.0.0', lockfileVersion: 3, packages: { '': { name: 'copy' } } };
    await writeFile(join(copy, 'package.json'), '{"name":"copy","version":"1.0.0"}');
    await writeFile(join(copy, 'package-lock.json'), JSON.stringify(lock));
    await writeFile(join(others, 'kept'), '');
    await symlink(others, join(copy, 'node_modules'));
    const script = `(await import(${JSON.stringify(pathToFileURL(prepare).href)})).install()`;
    await expect(run(process.execPath, ['--input-type=module', '-e', script])).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining(`is a link to ${others}, which npm ci would empty`),
    });
    expect(await readdir(others)).toEqual(['kept']);
  });
});
