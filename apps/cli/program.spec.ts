import { mkdir, mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CommanderError } from 'commander';
import { beforeAll, describe, expect, it } from 'vitest';
import type { MetricComparison } from '#libs/contract/comparison.js';
import type { RunEvent } from '#libs/contract/event.js';
import { CodedError } from '#libs/contract/problem.js';
import type { ProcessName } from './children.js';
import type { ReportRun } from '#libs/workloads/zookeeper/report/report-run.js';
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
    reportCsv: refuse,
    reportJson: refuse,
    compare: refuse,
    comparisonPage: refuse,
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

describe('tidemark report', () => {
  it('writes the page into a file, whole or not at all, with other runs laid over it', async () => {
    const file = join(folder, 'report.html');
    const asked: unknown[] = [];
    const report: Remote['report'] = async (...args) => {
      asked.push(args);
      return '<!doctype html>';
    };
    const { exitCode, out, remarks } = await tidemark(['report', 'run-1', '--html', file, '--with', 'a,b'], { report });
    expect([exitCode, out, remarks]).toEqual([0, '', [`wrote ${file}`]]);
    expect(asked).toEqual([['run-1', ['a', 'b']]]);
    expect(await readFile(file, 'utf8')).toBe('<!doctype html>');
    const { failure } = await tidemark(['report', 'run-1', '--html', join(folder, 'kept.html')], {
      report: async () => {
        throw new CodedError('RUN_NOT_FOUND', 'gone');
      },
    });
    expect(failure).toMatchObject({ code: 'RUN_NOT_FOUND' });
    expect((await readdir(folder)).filter((name) => /kept|partial/.test(name))).toEqual([]);
  });

  it('writes CSV or JSON to standard output or a file, and refuses what it would ignore', async () => {
    const remote = { reportCsv: async () => 'a,b\r\n', reportJson: async () => '{}', report: async () => '<html>' };
    expect((await tidemark(['report', 'run-1'], remote)).out).toBe('<html>');
    expect((await tidemark(['report', 'run-1', '--csv'], remote)).out).toBe('a,b\r\n');
    const file = join(folder, 'report.json');
    await tidemark(['report', 'run-1', '--json', '-o', file], remote);
    expect(await readFile(file, 'utf8')).toBe('{}');
    for (const words of ['--csv --json', '-o x', '--csv --with a'])
      expect((await tidemark(['report', 'run-1', ...words.split(' ')], remote)).exitCode, words).toBe(2);
  });
});

describe('tidemark compare', () => {
  const run = {
    id: 'a',
    name: 'before',
    kind: 'stress' as const,
    status: 'completed' as const,
    verdict: 'none' as const,
    validity: 'valid' as const,
    simulated: true,
    startedAtMs: 0,
    samples: 30,
  };
  const metric: MetricComparison = {
    operation: 'READ',
    metric: 'p99Ms',
    clock: 'serviceTime',
    better: 'lower',
    baseline: 10,
    candidate: 12.5,
    difference: 2.5,
    differencePercent: 25,
    confidenceInterval: { level: 0.95, from: 1, to: 4 },
    effect: { delta: 0.61, size: 'large' },
    test: { name: 'Mann-Whitney U, exact', u: 17, pValue: 0.01, pAdjusted: 0.02 },
    samples: { baseline: 30, candidate: 30 },
    change: 'worse',
    note: null,
  };

  it.each([
    ['better', 0],
    ['same', 0],
    ['worse', 1],
    ['mixed', 1],
    ['unknown', 1],
    ['incomparable', 1],
  ] as const)('ends %s with exit code %d', async (outcome, expected) => {
    const candidate = { run: { ...run, id: 'b', name: null }, outcome, problems: [], metrics: [metric] };
    let asked: unknown;
    const { exitCode, out } = await tidemark(['compare', 'a', 'b', '--tolerance', '5%'], {
      compare: async (body) => {
        asked = body;
        return { baseline: run, tolerancePercent: 5, candidates: [candidate] };
      },
    });
    expect(exitCode).toBe(expected);
    expect(asked).toEqual({ baseline: 'a', candidates: ['b'], tolerancePercent: 5 });
    expect(out).toContain('baseline before (a), simulated\n');
    expect(out).toMatch(/READ +p99Ms service +10\.0 +12\.5 +\+25\.0 % +\+1\.00 to \+4\.00 +0\.61 +0\.020 +worse/);
  });
});

describe('tidemark zookeeper-report', () => {
  it('lays the runs of several report folders over each other, and says which folder is none', async () => {
    const series = [0.5, 1, 1.5].map((atS) => ({
      atS,
      perSecond: 100,
      failedPerSecond: 0,
      averageMs: 1,
      percentilesMs: [1, 1, 1, 1, 2, 2, 3, 3, 4],
    }));
    const row = { name: 'get', requests: 150, failures: 0, medianMs: 1, averageMs: 1, minMs: 1, maxMs: 4, errors: {} };
    const rows = ['get', 'Total'].map((name) => ({ ...row, name, percentilesMs: [1, 1, 1, 1, 2, 2, 3, 3, 4] }));
    const picture: ReportRun = {
      label: 'replaced by the folder',
      startMs: 1_763_683_200_000,
      seconds: 1.5,
      about: ['task set <get>'],
      rows,
      series: { get: series, Total: series },
      serverCsv: [],
      annotations: [{ atMs: 1_763_683_200_500, label: 'leader stopped' }],
      sessions: null,
    };
    const folders = ['one', 'two'].map((name) => join(folder, name));
    for (const each of folders) {
      await mkdir(each);
      await writeFile(join(each, 'run.json'), JSON.stringify(picture));
    }
    const page = join(folder, 'both.html');
    const { exitCode, out } = await tidemark(['zookeeper-report', ...folders, '-o', page]);
    expect([exitCode, out]).toEqual([0, `${page}\n`]);
    const text = await readFile(page, 'utf8');
    expect(text).toContain('<title>ZooKeeper load: one, two</title>');
    expect(text).toContain('task set &lt;get&gt;');
    const [, chart = ''] = text.split('aria-label="Requests that succeeded"');
    expect(chart.split('</svg>')[0]?.match(/class="line"/g)).toHaveLength(2);
    const { failure } = await tidemark(['zookeeper-report', join(folder, 'absent'), '-o', page]);
    expect(failure).toMatchObject({ code: 'INPUT_UNREADABLE' });
    expect(await readFile(page, 'utf8')).toBe(text);
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
    { status: 'completed', verdict: 'failed', validity: valid, code: 3 },
    { status: 'completed', verdict: 'passed', validity: { level: 'invalid', reasons: [] }, code: 4 },
    // Nobody knows whether it was missed.
    { status: 'completed', verdict: 'failed', validity: { level: 'invalid', reasons: [] }, code: 4 },
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
