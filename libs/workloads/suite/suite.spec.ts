import { describe, expect, it } from 'vitest';
import { expandSuite } from './expand.js';
import { combinationsOf } from './matrix.js';
import { nightlySuite } from './nightly.js';
import { fillIn } from './placeholders.js';
import { progressOf, type StepRun } from './progress.js';
import { Matrix, SuiteSpec } from './suite.schema.js';
import { zookeeperSequence } from './zookeeper-sequence.js';
import { childDrafts } from '../parent/child-drafts.js';
import type { z } from 'zod';
import type { CdcTarget } from '#libs/contract/cdc-target.js';
import { Sink } from '#libs/contract/sink.js';
import { Target } from '#libs/contract/target.js';
import { Placement } from '#libs/contract/placement.js';
import { CreateRun, Policies } from '#libs/contract/run.js';

const run = (spec: Record<string, unknown> = {}) => ({ kind: 'stress', spec });
const suite = (spec: Record<string, unknown>) => SuiteSpec.parse(spec);
const done = (outputs: StepRun['outputs'] = {}, endedAtMs = 0): StepRun => ({
  status: 'succeeded',
  reason: null,
  endedAtMs,
  outputs,
});
const failed: StepRun = { status: 'failed', reason: 'it broke', endedAtMs: 0, outputs: {} };
const running: StepRun = { status: 'running', reason: null, endedAtMs: null, outputs: {} };

function progress(spec: SuiteSpec, runs: Record<string, StepRun>, at: { nowMs?: number; cancelled?: boolean } = {}) {
  const { steps, issues } = expandSuite(spec);
  expect(issues).toEqual([]);
  const { states, start, isOver } = progressOf(spec, steps, new Map(Object.entries(runs)), {
    nowMs: at.nowMs ?? 0,
    cancelled: at.cancelled ?? false,
  });
  return { start, isOver, status: Object.fromEntries([...states].map(([key, { status }]) => [key, status])) };
}

describe('placeholders', () => {
  it('keep the type of what they are alone, become text within text, and stay when nothing is known', () => {
    const known: Record<string, string | number> = { 'params.n': 5, 'params.t': 'x' };
    const value = { a: '${params.n}', b: ['n=${params.n} ${params.t}'], c: '${steps.a.outputs.b}', d: 1 };
    expect(fillIn(value, (name) => known[name])).toEqual({ a: 5, b: ['n=5 x'], c: '${steps.a.outputs.b}', d: 1 });
  });
});

describe('a matrix', () => {
  it('multiplies its axes, leaves out exclusions, adds inclusions that are not there yet', () => {
    const matrix = Matrix.parse({
      axes: { threads: [1, 2], cl: ['ONE', 'ALL'] },
      exclude: [{ threads: 2, cl: 'ALL' }],
      include: [
        { threads: 9, cl: 'ONE' },
        { threads: 1, cl: 'ONE' },
      ],
    });
    expect(combinationsOf(matrix)).toEqual([
      { threads: 1, cl: 'ONE' },
      { threads: 1, cl: 'ALL' },
      { threads: 2, cl: 'ONE' },
      { threads: 9, cl: 'ONE' },
    ]);
  });
});

describe('a sequence', () => {
  const spec = suite({
    setup: [{ id: 'up', run: run() }],
    steps: [
      { id: 'a', run: run() },
      { id: 'b', matrix: { axes: { n: [1, 2] } }, run: run({ n: '${matrix.n}' }) },
      { id: 'c', when: 'always', run: run() },
      { id: 'd', when: 'failure', run: run() },
    ],
    cleanup: [
      { id: 'x', run: run() },
      { id: 'y', run: run() },
    ],
  });

  it('starts one step after another, the cleanup last', () => {
    expect(progress(spec, {}).start).toEqual(['up']);
    expect(progress(spec, { up: running }).start).toEqual([]);
    expect(progress(spec, { up: done() }).start).toEqual(['a']);
    expect(progress(spec, { up: done(), a: done() }).start).toEqual(['b[n=1]']);
    expect(progress(spec, { up: done(), a: done(), 'b[n=1]': done() }).start).toEqual(['b[n=2]']);
    const most = { up: done(), a: done(), 'b[n=1]': done(), 'b[n=2]': done(), c: done() };
    expect(progress(spec, most)).toMatchObject({ start: ['x'], isOver: false, status: { d: 'skipped' } });
    expect(progress(spec, { ...most, x: failed }).start).toEqual(['y']);
    expect(progress(spec, { ...most, x: done(), y: done() }).isOver).toBe(true);
  });

  it('stops at a failure but for what runs always or at failure, and cleans up', () => {
    const runs = { up: done(), a: failed };
    expect(progress(spec, runs)).toMatchObject({ start: ['c'], status: { 'b[n=1]': 'skipped' } });
    expect(progress(spec, { ...runs, c: done() }).start).toEqual(['d']);
    expect(progress(spec, { ...runs, c: done(), d: done() }).start).toEqual(['x']);
  });

  it('goes on after a failure when it is told to', () => {
    expect(progress({ ...spec, onFailure: 'continue' }, { up: done(), a: failed }).start).toEqual(['b[n=1]']);
  });

  it('does nothing but clean up after a setup that failed, or a cancel', () => {
    expect(progress(spec, { up: failed })).toMatchObject({ start: ['x'], status: { a: 'skipped', c: 'skipped' } });
    expect(progress(spec, { up: done(), a: running }, { cancelled: true }).start).toEqual([]);
    expect(progress(spec, { up: done(), a: failed }, { cancelled: true }).start).toEqual(['x']);
  });

  it('pauses', () => {
    const slow = suite({
      pauseMs: 100,
      steps: [
        { id: 'a', run: run() },
        { id: 'b', pauseMs: 500, run: run() },
      ],
    });
    expect(progress(slow, {}).start).toEqual(['a']);
    expect(progress(slow, { a: done({}, 1_000) }, { nowMs: 1_499 }).start).toEqual([]);
    expect(progress(slow, { a: done({}, 1_000) }, { nowMs: 1_500 }).start).toEqual(['b']);
  });
});

describe('steps side by side', () => {
  const spec = suite({
    order: 'parallel',
    steps: [
      { id: 'gen', run: run() },
      { id: 'free', run: run() },
      { id: 'use', run: run({ dataset: '${steps.gen.outputs.dataset}' }) },
      { id: 'big', when: '${steps.gen.outputs.rows} >= 1000', run: run() },
      { id: 'both', needs: ['free', 'use'], run: run() },
    ],
  });

  it('wait for what they need, and for steps whose outputs they use', () => {
    expect(progress(spec, {}).start).toEqual(['gen', 'free']);
    expect(progress(spec, { gen: done({ dataset: 'd', rows: 1_000 }), free: running }).start).toEqual(['use', 'big']);
    expect(progress(spec, { gen: done({ dataset: 'd', rows: 999 }), free: done() })).toMatchObject({
      start: ['use'],
      status: { big: 'skipped', both: 'waiting' },
    });
    expect(progress(spec, { gen: done({ rows: 1 }), free: done() }).status).toMatchObject({
      use: 'skipped',
      both: 'skipped',
    });
  });
});

describe('what is wrong with a suite', () => {
  it('is said all at once, with its place', () => {
    const { issues } = expandSuite(
      suite({
        steps: [
          { id: 'a', needs: ['b'], run: run() },
          { id: 'b', needs: ['a'], run: run({ x: '${params.none}' }) },
          { id: 'b', run: run() },
          { id: 'c', needs: ['ghost'], matrix: { axes: {} }, run: run({ x: '${steps.last.outputs.y}' }) },
        ],
        cleanup: [{ id: 'last', run: run() }],
        reuse: { zzz: 'run' },
      }),
    );
    const paths = issues.map(({ path }) => path);
    expect(paths).toEqual(
      expect.arrayContaining([
        'spec.steps[2].id',
        'spec.steps[3].matrix.axes',
        'spec.steps[1]',
        'spec.steps[3].needs[0]',
        'spec.reuse["zzz"]',
      ]),
    );
    const circle = suite({
      steps: [
        { id: 'a', needs: ['b'], run: run() },
        { id: 'b', needs: ['a'], run: run() },
      ],
    });
    expect(expandSuite(circle).issues[0]?.message).toContain('a, b');
  });
});

/** The runs that a suite would make, as they would be posted. */
const drafted = (spec: z.input<typeof SuiteSpec>, target: CdcTarget | null) =>
  childDrafts({
    kind: 'suite',
    spec: SuiteSpec.parse(spec),
    target,
    name: null,
    labels: { team: 'storage' },
    thresholds: [],
    placement: Placement.parse({}),
    policies: Policies.parse({}),
  });
const CLUSTER = Target.parse({ contactPoints: ['127.0.0.1'] });
const SERVERS = Target.parse({ contactPoints: ['127.0.0.1:2181', '127.0.0.1:2182'], port: 2181, shared: true });

describe('the target of a suite', () => {
  const get = { kind: 'zookeeper', spec: { taskSet: 'get', operations: 10 } };
  const write = { kind: 'stress', spec: { command: 'write n=1' } };
  const own = { target: { connectString: '127.0.0.1:2183', password: 'p', tls: { keyPem: 'k' } } };

  it('goes to the steps that work on it, in the form that they are posted in', () => {
    const probe = { kind: 'search', spec: { probe: { kind: 'zookeeper', spec: {} } } };
    const spec = {
      ensemble: { chroot: '/bench' },
      steps: [get, { kind: 'generate', spec: {} }, probe, write, { ...get, ...own }].map((each, index) => ({
        id: `s${index}`,
        run: each,
      })),
    };
    const { drafts } = drafted(spec, SERVERS);
    const ensemble = { connectString: '127.0.0.1:2181,127.0.0.1:2182/bench', shared: true };
    expect(drafts.map(({ body }) => body['target'])).toEqual([ensemble, undefined, ensemble, undefined, own.target]);
  });

  it('goes with its sink to cdc runs alone, and to none that brings its source along', () => {
    const pipeline = { type: 'embedded' };
    const runs = [
      { kind: 'cdc', spec: {} },
      { kind: 'soak', spec: {} },
      { kind: 'cdc', spec: { pipeline } },
    ];
    const sink = Sink.parse({ host: '127.0.0.1', database: 'd', username: 'u' });
    const steps = runs.map((each, index) => ({ id: `s${index}`, run: each }));
    const { drafts } = drafted({ steps }, { ...CLUSTER, sink });
    expect(drafts.map(({ body }) => body['target'])).toEqual([{ ...CLUSTER, sink }, CLUSTER, undefined]);
  });

  it('is refused where a step works on something else, as are secrets in steps', () => {
    const steps = [
      { id: 'a', run: get },
      { id: 'b', run: { ...get, ...own } },
      { id: 'c', run: write },
    ];
    const { drafts, issues } = drafted({ steps }, CLUSTER);
    expect(issues.map(({ path }) => path)).toEqual([
      'spec.steps[1].run.target.password',
      'spec.steps[1].run.target.tls.keyPem',
    ]);
    const problem = { path: 'target', message: 'expected an object, found nothing' };
    const [a, , c] = drafts.map(({ locate }) => locate(problem));
    expect(a).toEqual({
      path: 'spec.steps[0].run.target',
      message: expect.stringMatching(/^expected a ZooKeeper ensemble .*: the target of the whole is a CQL cluster/),
    });
    expect(c).toEqual(problem);
  });
});

describe('the sequence of the Locust harness', () => {
  it('has its steps in its order, as runs that the API takes, as often as asked', () => {
    const params = {
      repetitions: 2,
      valueSizes: '8,8192',
      clients: 256,
      minWaitMs: 150,
      maxWaitMs: 300,
      stepMs: 15_000,
    };
    const suite = zookeeperSequence(params);
    expect(suite).toMatchObject({ pauseMs: 1_000, onFailure: 'continue' });
    const { drafts, issues } = drafted({ ...suite, ensemble: {} }, SERVERS);
    expect(issues).toEqual([]);
    const sized = ['set', 'get', 'set_and_get', 'create_and_delete'];
    const once = [...sized, ...sized, 'watch', 'exists', 'exists_many', 'get_children', 'get_children2'];
    const bodies = drafts.map(({ body }) => CreateRun.parse(body));
    expect(bodies.map(({ spec }) => ('taskSet' in spec ? spec.taskSet : ''))).toEqual([...once, ...once]);
    expect(bodies[7]).toMatchObject({
      name: 'suite: create_and_delete_8_KiB',
      spec: { valueSizeBytes: 8_192, clients: 256, waitMs: { min: 150, max: 300 }, durationMs: 15_000 },
    });
  });

  it.each([
    [{ repetitions: 0 }, 'repetitions'],
    [{ valueSizes: '8,x' }, 'valueSizes'],
    [{ pauseMs: 'long' }, 'pauseMs'],
  ])('refuses %j', (params, name) => {
    expect(() => zookeeperSequence(params)).toThrow(name);
  });
});

describe('the nightly suite', () => {
  it('has only steps that the API takes', () => {
    const { drafts, issues } = drafted(nightlySuite(), CLUSTER);
    expect(issues).toEqual([]);
    const bodies = drafts.map(({ body }) => CreateRun.parse(body));
    expect(bodies.map(({ kind }) => kind)).toEqual(['generate', 'load', 'query', 'stress', 'stress', 'stress']);
    expect(bodies[1]?.spec).toMatchObject({ dataset: 'nightly', keyspace: 'nightly' });
    expect(bodies[3]?.labels).toEqual({ team: 'storage' });
  });
});
