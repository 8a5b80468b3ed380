import { describe, expect, it } from 'vitest';
import { CodedError } from '#libs/contract/problem.js';
import { probedFile, probedLine } from './probed.js';
import { type SearchOptions, searchRun } from './search-options.js';

const LINE = 'read cl=ONE -rate threads=8 -node h1 -pop seq=1..10';
const PROFILE = `keyspace: k
table: t
table_definition: CREATE TABLE t (id int PRIMARY KEY)
queries:
  one: { cql: SELECT * FROM t WHERE id = ?, fields: samerow }
`;

const searchOf = (probed: ReturnType<typeof probedLine>, flags: Partial<SearchOptions>) =>
  searchRun(probed, { threshold: [], ...flags });
const limit = { from: 10, to: 100 };

const issuesOf = (work: () => unknown): string[] => {
  try {
    work();
    return [];
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    return error.issues.length === 0 ? [error.message] : error.issues.map(({ path, message }) => `${path}: ${message}`);
  }
};

describe('tidemark search', () => {
  it('makes a search of a stress line, and the same of a run that has it', () => {
    const flags = { ...limit, probe: 2.5, warmUp: 0, threshold: ['READ.p99Ms<=2.5'] };
    const run = searchOf(probedLine(LINE), flags);
    expect(run).toMatchObject({
      kind: 'search',
      target: { contactPoints: ['h1'] },
      thresholds: [{ operation: 'READ', metric: 'p99Ms', operator: '<=', value: 2.5 }],
      spec: {
        probe: { kind: 'stress', spec: { operation: 'read', consistencyLevel: 'ONE' } },
        plan: { type: 'limit', fromPerSecond: 10, toPerSecond: 100, repeats: 3 },
        probeMs: 2500,
        warmUpMs: 0,
      },
    });
    expect(searchOf(probedFile({ kind: 'stress', spec: { command: LINE } }), flags)).toEqual(run);
  });

  it('reads a run in every form that it can be posted in', () => {
    const user = {
      command: 'user profile=p.yaml ops(one=1) n=1 -rate threads=4',
      profiles: { 'p.yaml': PROFILE },
      engine: 'driver',
    };
    const target = { contactPoints: ['h'], tls: { verify: false } };
    expect(searchOf(probedFile({ kind: 'stress', spec: user, target }), limit)).toMatchObject({
      target,
      spec: { probe: { spec: { operation: 'user', engine: 'driver', user: { profiles: [{}] } } } },
    });
    const bench = { from: 'scylla-bench', command: '-workload sequential -mode write -nodes h -partition-count 9' };
    expect(searchOf(probedFile({ kind: 'stress', spec: bench }), limit)).toMatchObject({
      target: { contactPoints: ['h'] },
      spec: { probe: { spec: { operation: 'scyllaBench' } } },
    });
  });

  it('takes runs of other kinds with all that they say, flags over it', () => {
    const spec = { taskSet: 'get', clients: 4, operations: 100 };
    const zookeeper = {
      kind: 'zookeeper',
      name: 'reads',
      labels: { team: 'a' },
      target: { connectString: 'h/a' },
      thresholds: [{ metric: 'p99Ms', operator: '<', value: 5 }],
      spec,
    };
    const run = searchOf(probedFile(zookeeper), { ...limit, hosts: 'other:2182/b' });
    expect(run).toMatchObject({
      name: 'reads',
      labels: { team: 'a' },
      target: { connectString: 'other:2182/b' },
      thresholds: [{ metric: 'p99Ms', value: 5 }],
      spec: { probe: { kind: 'zookeeper', spec }, plan: limitPlan(10, 100) },
    });
    const over = searchOf(probedFile(zookeeper), { ...limit, name: 'mine', threshold: ['errorRatio<=0'] });
    expect(over).toMatchObject({ name: 'mine', thresholds: [{ metric: 'errorRatio', value: 0 }] });
    // A simulated pipeline brings its source along.
    const cdc = probedFile({ kind: 'cdc', spec: { pipeline: { type: 'embedded' } } });
    expect(searchOf(cdc, { sweep: '50' })).not.toHaveProperty('target');
  });

  it('takes a whole search, whose plan, probes and thresholds flags change', () => {
    const search = {
      kind: 'search',
      target: { contactPoints: ['h'] },
      spec: {
        probe: { kind: 'load', spec: {} },
        plan: { type: 'limit', fromPerSecond: 5, toPerSecond: 6 },
        probeMs: 300,
      },
    };
    expect(searchOf(probedFile(search), {})).toMatchObject({ spec: { plan: limitPlan(5, 6), probeMs: 300 } });
    expect(searchOf(probedFile(search), { to: 9, probe: 1 })).toMatchObject({
      spec: { plan: limitPlan(5, 9), probeMs: 1000 },
    });
    expect(searchOf(probedFile(search), { sweep: '7' }).spec).toMatchObject({
      plan: { type: 'sweep', ratesPerSecond: [7] },
    });
  });

  it.each([
    ['1,2', [1, 2]],
    ['1..10:4', { from: 1, to: 10, count: 4, scale: 'linear' }],
    ['1..10:4log', { from: 1, to: 10, count: 4, scale: 'logarithmic' }],
  ])('sweeps %s', (sweep, ratesPerSecond) => {
    expect(searchOf(probedLine(LINE), { sweep })).toMatchObject({ spec: { plan: { type: 'sweep', ratesPerSecond } } });
  });

  it('says what is wrong with thresholds, rates, lines and files', () => {
    const problems = (document: unknown, flags: Partial<SearchOptions>) =>
      issuesOf(() => searchOf(probedFile(document), flags));
    expect(issuesOf(() => searchOf(probedLine(LINE), { ...limit, threshold: ['p99'] }))).toEqual([
      expect.stringMatching(/^expected --threshold such as/),
    ]);
    expect(issuesOf(() => searchOf(probedLine(LINE), { from: 1 }))).toEqual([
      expect.stringMatching(/^--to: expected a number, found nothing/),
    ]);
    expect(issuesOf(() => searchOf(probedLine(LINE), { ...limit, sweep: '1' }))).toEqual([
      expect.stringMatching(/^--sweep: /),
    ]);
    for (const [line, expected] of [
      ['read x=1', /x/],
      ['read -rate auto', /-rate threads=N/],
      ['read n=1 -rate threads=4 -log file=a', /-log file/],
    ] as const)
      expect(
        issuesOf(() => probedLine(line)),
        line,
      ).toEqual([expect.stringMatching(expected)]);
    expect(problems({ kind: 'suite', target: { contactPoints: ['h'] }, spec: {} }, limit)).toEqual([
      expect.stringMatching(/^kind of what is probed: expected one of "stress", /),
    ]);
    expect(problems('text', limit)).toEqual([expect.stringMatching(/^--file: expected a run definition/)]);
    expect(problems({ kind: 'stress', spec: { command: '' } }, limit)).toEqual([
      expect.stringMatching(/^command: expected at least 1 character/),
    ]);
    expect(problems({ kind: 'stress', spec: { command: LINE }, target: { contactPoints: ['h2'] } }, limit)).toEqual([
      expect.stringMatching(/expected contactPoints once/),
    ]);
  });
});

function limitPlan(fromPerSecond: number, toPerSecond: number) {
  return { type: 'limit', fromPerSecond, toPerSecond };
}
