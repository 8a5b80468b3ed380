import { describe, expect, it } from 'vitest';
import { expandSuite } from './expand.js';
import { combinationsOf } from './matrix.js';
import { nightlySuite } from './nightly.js';
import { fillIn } from './placeholders.js';
import { progressOf, type StepRun } from './progress.js';
import { Matrix, SuiteSpec } from './suite.schema.js';
import { childDrafts } from '../parent/child-drafts.js';
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

describe('the nightly suite', () => {
  it('has only steps that the API takes', () => {
    const { drafts, issues } = childDrafts({
      kind: 'suite',
      spec: SuiteSpec.parse(nightlySuite()),
      target: { contactPoints: ['127.0.0.1'], port: 9042, shared: false },
      name: null,
      labels: { team: 'storage' },
      thresholds: [],
      placement: Placement.parse({}),
      policies: Policies.parse({}),
    });
    expect(issues).toEqual([]);
    const bodies = drafts.map(({ body }) => CreateRun.parse(body));
    expect(bodies.map(({ kind }) => kind)).toEqual(['generate', 'load', 'query', 'stress', 'stress', 'stress']);
    expect(bodies[1]?.spec).toMatchObject({ dataset: 'nightly', keyspace: 'nightly' });
    expect(bodies[3]?.labels).toEqual({ team: 'storage' });
  });
});
