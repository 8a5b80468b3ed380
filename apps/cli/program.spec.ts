import { mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CommanderError } from 'commander';
import { beforeAll, describe, expect, it } from 'vitest';
import type { RunEvent } from '#libs/contract/event.js';
import { CodedError } from '#libs/contract/problem.js';
import type { ProcessName } from './children.js';
import { exitCodeOf } from './exit-code.js';
import { createProgram } from './program.js';
import type { Remote } from './remote.js';
import { aRun, aSummary } from '../../test/sample-run.js';

const refuse = (): never => {
  throw new Error('this call was not expected');
};

async function tidemark(args: readonly string[], remote: Partial<Remote> = {}) {
  const seen = { out: '', remarks: [] as string[], server: '', started: [] as [ProcessName, readonly string[]][] };
  let exitCode: number | undefined;
  const unexpected: Remote = {
    datasets: {
      register: refuse,
      list: refuse,
      get: refuse,
      files: refuse,
      delete: refuse,
      beginUpload: refuse,
      uploads: refuse,
      putPart: refuse,
      completeUpload: refuse,
    },
    resources: { list: refuse, show: refuse, create: refuse, update: refuse, delete: refuse, act: refuse },
    create: refuse,
    run: refuse,
    cancel: refuse,
    list: refuse,
    summary: refuse,
    hdr: refuse,
    report: refuse,
    createKey: refuse,
    keys: refuse,
    revokeKey: refuse,
    events: refuse,
    pause: refuse,
    executors: refuse,
    drain: refuse,
    resume: refuse,
    url: (id) => `url-of-${id}`,
  };
  const program = createProgram(
    {
      terminal: { write: (text) => (seen.out += String(text)), remark: (line) => seen.remarks.push(line) },
      config: { server: 'http://configured', apiKey: 'key' },
      connect: ({ server }) => {
        seen.server = server;
        return { ...unexpected, ...remote };
      },
      runProcess: async (name, given) => {
        seen.started.push([name, given]);
        return 7;
      },
    },
    (code) => {
      exitCode = code;
    },
  );
  const failure = await program.parseAsync(args, { from: 'user' }).then(
    () => undefined,
    (error: unknown) => error,
  );
  return { ...seen, exitCode, failure };
}

async function* events(...list: readonly { id: string; event: RunEvent }[]) {
  yield* list;
}

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tidemark-cli-'));
  await writeFile(join(folder, 'run.yaml'), 'kind: stress\nspec: { command: write n=10 -node 127.0.0.1 }\n');
  await writeFile(join(folder, 'bad.json'), '{"kind":"stress","spec":{"command":""},"placement":{"executors":0}}');
});

describe('tidemark run', () => {
  it('posts the definition and answers the id of the queued run', async () => {
    let posted: unknown;
    const create: Remote['create'] = async (run) => {
      posted = run;
      return aRun({ status: 'queued' });
    };
    const { out, exitCode, remarks } = await tidemark(['run', join(folder, 'run.yaml')], { create });
    expect(posted).toMatchObject({ kind: 'stress', spec: { command: 'write n=10 -node 127.0.0.1' } });
    expect(out).toBe('run-1\n');
    expect(remarks).toEqual(['run run-1: url-of-run-1']);
    expect(exitCode).toBe(0);
  });

  it('refuses a bad definition with every problem before it asks the server', async () => {
    const { failure } = await tidemark(['run', join(folder, 'bad.json')]);
    expect(failure).toBeInstanceOf(CodedError);
    const paths = failure instanceof CodedError ? failure.issues.map(({ path }) => path) : [];
    expect(paths).toEqual(expect.arrayContaining(['spec.command', 'placement.executors']));
  });

  it('with --watch prints status and intervals, then the summary, and fails for an invalid run', async () => {
    const invalid = aRun({
      status: 'completed',
      validity: { level: 'invalid', reasons: [{ code: 'AUDIT', level: 'invalid', message: 'sums differ' }] },
    });
    const summary = aSummary();
    const { out, exitCode } = await tidemark(['run', join(folder, 'run.yaml'), '--watch'], {
      create: async () => aRun({ status: 'queued' }),
      run: async () => invalid,
      summary: async () => summary,
      events: () =>
        events({
          id: '1',
          event: { type: 'status', data: { atMs: 1, from: null, to: 'queued', actor: 'api', reason: 'created' } },
        }),
    });
    expect(out).toContain('queued: created\n');
    expect(out).toContain('10 operations, 5 op/s');
    expect(exitCode).toBe(4);
  });
});

describe('tidemark results', () => {
  it('writes one JSON document with --json before or after the command', async () => {
    const remote = { run: async () => aRun({ status: 'completed' }), summary: async () => aSummary() };
    const [before, after] = [
      await tidemark(['--json', 'results', 'run-1'], remote),
      await tidemark(['results', 'run-1', '--json'], remote),
    ];
    expect(JSON.parse(before.out)).toMatchObject({ run: { id: 'run-1' }, summary: { verdict: 'none' } });
    expect(after.out).toBe(before.out);
  });
});

describe('tidemark hdr', () => {
  it('leaves the whole file or none', async () => {
    const target = join(folder, 'log.hdr');
    await tidemark(['hdr', 'run-1', '-o', target], { hdr: async () => '#[Histogram log]\n' });
    expect(await readFile(target, 'utf8')).toBe('#[Histogram log]\n');
    const { failure } = await tidemark(['hdr', 'run-1', '-o', join(folder, 'absent', 'log.hdr')], {
      hdr: async () => 'log',
    });
    expect(failure).toMatchObject({ code: 'OUTPUT_UNWRITABLE' });
    expect((await readdir(folder)).filter((name) => name.includes('partial'))).toEqual([]);
  });
});

describe('the server', () => {
  it.each([
    { args: ['results', 'run-1'], server: 'http://configured' },
    { args: ['--server', 'http://general', 'results', 'run-1'], server: 'http://general' },
    { args: ['--server', 'http://general', 'results', 'run-1', '--server', 'http://own'], server: 'http://own' },
  ])('of $args is $server', async ({ args, server }) => {
    const seen = await tidemark(args, { run: async () => aRun({ status: 'completed' }), summary: async () => null });
    expect(seen.server).toBe(server);
  });
});

describe('other processes', () => {
  it('get their arguments untouched and give their exit code', async () => {
    const { started, exitCode } = await tidemark(['sim', '--nodes', '3', '--help']);
    expect(started).toEqual([['sim', ['--nodes', '3', '--help']]]);
    expect(exitCode).toBe(7);
  });
});

describe('keys', () => {
  const key = { id: 'k1', name: 'ci', role: 'runner', projectId: null, createdBy: 'admin' } as const;
  const times = { createdAtMs: 0, lastUsedAtMs: null, expiresAtMs: 1, revokedAtMs: null };

  it('create prints the key alone, so that a script can keep it', async () => {
    let asked: unknown;
    const { out, remarks } = await tidemark(['keys', 'create', 'ci', '--role', 'runner', '--project', 'red'], {
      createKey: async (wish) => {
        asked = wish;
        return { ...key, ...times, key: 'tmk_text' };
      },
    });
    expect(asked).toMatchObject({ name: 'ci', role: 'runner', projectId: 'red' });
    expect(out).toBe('tmk_text\n');
    expect(remarks.join()).toContain('not shown again');
  });

  it('list is a table, and revoke names the key', async () => {
    const { out } = await tidemark(['keys', 'list'], { keys: async () => [{ ...key, ...times }] });
    expect(out.split('\n')[1]).toMatch(/^k1 +ci +runner +all +expired +1970-01-01 00:00 +-/);
    const revoked: string[] = [];
    await tidemark(['keys', 'revoke', 'k1'], { revokeKey: async (id) => void revoked.push(id) });
    expect(revoked).toEqual(['k1']);
    expect((await tidemark(['keys', 'create', 'x', '--role', 'king'])).failure).toBeInstanceOf(CommanderError);
  });
});

describe('usage', () => {
  it.each([[['nonsense']], [['results']], [['list', '--limit', 'many']], [['list', '--status', 'odd']]])(
    '%j is refused by the option parser',
    async (args) => {
      const { failure, remarks } = await tidemark(args);
      expect(failure).toBeInstanceOf(CommanderError);
      expect(failure).toMatchObject({ exitCode: 1 });
      expect(remarks.join('\n')).toMatch(/^error: /);
    },
  );

  it.each(['serve', 'executor', 'demo', 'config'])('%s --help says what it does and starts nothing', async (name) => {
    const { out, started } = await tidemark([name, '--help']);
    expect(started).toEqual([]);
    expect(out).toMatch(new RegExp(`Usage: tidemark ${name}`));
    expect((await tidemark([name, '--no-such-option'])).started).toEqual([]);
  });

  it('lists every command', async () => {
    const { out } = await tidemark(['--help']);
    for (const name of [
      'stress',
      'run',
      'watch',
      'cancel',
      'results',
      'list',
      'hdr',
      'serve',
      'executor',
      'sim',
      'demo',
    ])
      expect(out).toMatch(new RegExp(`^  ${name}\\b`, 'm'));
  });
});

describe('the exit code of a run', () => {
  const valid = { level: 'valid', reasons: [] } as const;
  it.each([
    { status: 'completed', verdict: 'passed', validity: valid, code: 0 },
    { status: 'completed', verdict: 'none', validity: { level: 'degraded', reasons: [] }, code: 0 },
    { status: 'completed', verdict: 'failed', validity: valid, code: 1 },
    { status: 'completed', verdict: 'passed', validity: { level: 'invalid', reasons: [] }, code: 1 },
    { status: 'cancelled', verdict: 'none', validity: valid, code: 1 },
    { status: 'interrupted', verdict: 'none', validity: null, code: 1 },
  ] as const)('$status, $verdict, $validity.level: $code', ({ status, verdict, validity, code }) => {
    expect(exitCodeOf({ status, verdict, validity: validity && { level: validity.level, reasons: [] } })).toBe(code);
  });
});

describe('executors', () => {
  const executor = {
    id: 'ex-1',
    labels: { region: 'eu' },
    hostname: 'h',
    pid: 1,
    cores: 2,
    alive: true,
    aliveAtMs: 0,
    runId: null,
    draining: false,
    clockOffsetMs: 0,
  };

  it('are listed with what each one does', async () => {
    const others = [
      { ...executor, id: 'long-name', runId: 'r-1', draining: true },
      { ...executor, id: 'x', alive: false, labels: {} },
    ];
    const { out, exitCode } = await tidemark(['executors'], { executors: async () => [executor, ...others] });
    expect(out.split('\n')).toEqual([
      'ex-1       idle               region=eu',
      'long-name  run r-1, draining  region=eu',
      'x          silent',
      '',
    ]);
    expect(exitCode).toBe(0);
  });

  it('are drained and resumed', async () => {
    const drained = await tidemark(['drain', 'ex-1'], {
      drain: async (id) => ({ ...executor, id, draining: true, runId: 'r-1' }),
    });
    expect(drained.remarks).toEqual(['executor ex-1 ends its part of run r-1 and is given nothing more']);
    const resumed = await tidemark(['resume', 'ex-1', '--json'], { resume: async () => executor });
    expect(JSON.parse(resumed.out)).toEqual(executor);
  });
});
