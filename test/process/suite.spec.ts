import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SuiteReport } from '#libs/workloads/suite/suite.schema.js';
import { operations, steadyWrites, World } from './harness.js';

const ENDED_WITHIN_MS = 120_000;

const stress = (spec: Record<string, unknown>, more: Record<string, unknown> = {}) => ({
  kind: 'stress',
  spec,
  ...more,
});

describe('a suite', () => {
  let world: World;
  let contactPoint: string;
  beforeAll(async () => {
    world = await World.create({ TIDEMARK_START_DELAY_MS: '100', TIDEMARK_POLL_MS: '50', TIDEMARK_LEASE_MS: '4000' });
    ({ contactPoint } = await world.simulator());
    await world.service(2);
  }, 60_000);
  afterAll(() => world.stop());

  const post = (spec: Record<string, unknown>) =>
    world.post({ kind: 'suite', name: 'suite', target: { contactPoints: [contactPoint] }, spec });
  const reportOf = async (id: string): Promise<SuiteReport> => {
    const { report } = await world.summary(id);
    if (report?.kind !== 'suite') throw new Error('the suite has no report');
    return report;
  };
  const statuses = ({ steps }: SuiteReport) => Object.fromEntries(steps.map(({ step, status }) => [step, status]));

  it('runs steps in order and side by side, hands outputs on, and keeps others out', async () => {
    const id = await post({
      params: { rows: 400 },
      setup: [{ id: 'fill', run: stress({ command: 'write n=${params.rows} cl=ONE no-warmup -rate threads=8' }) }],
      steps: [
        {
          id: 'read',
          matrix: { axes: { threads: [2, 4] }, order: 'parallel' },
          run: stress({
            command:
              'read n=${steps.fill.outputs.operations} cl=ONE no-warmup -rate threads=${matrix.threads} -pop seq=1..${params.rows}',
          }),
        },
        { id: 'never', when: '${steps.fill.outputs.operations} > 400', run: stress(operations('read', 400)) },
      ],
      cleanup: [{ id: 'last', run: stress(operations('read', 400)) }],
    });
    await world.reaches(id, 'running');
    const other = await world.create(contactPoint, operations('write', 10));
    await sleep(300);
    expect((await world.run(other)).waiting?.reason).toContain(id);
    const run = await world.ended(id, ENDED_WITHIN_MS);
    expect(run.status, run.problem?.detail).toBe('completed');
    const report = await reportOf(id);
    expect(statuses(report)).toEqual({
      fill: 'succeeded',
      'read[threads=2]': 'succeeded',
      'read[threads=4]': 'succeeded',
      never: 'skipped',
      last: 'succeeded',
    });
    const [fill, two, four, , last] = report.steps;
    expect(two?.operations).toBe(400);
    expect(two?.startedAtMs ?? 0).toBeGreaterThanOrEqual(fill?.endedAtMs ?? Infinity);
    expect(last?.startedAtMs ?? 0).toBeGreaterThanOrEqual(Math.max(two?.endedAtMs ?? 0, four?.endedAtMs ?? 0));
    expect((await world.run(two?.runId ?? '')).parentId).toBe(id);
    const reportText = async (form: string) => (await fetch(`${world.url}/v1/runs/${id}/${form}`)).text();
    expect(await reportText('report')).toContain(`<a href="../${two?.runId}/report">read[threads=2]</a>`);
    expect((await reportText('report.csv')).split('\r\n').slice(0, 2)).toEqual([
      expect.stringMatching(/^step,phase,kind,status,reason,runId,/),
      expect.stringMatching(/^fill,setup,stress,succeeded,,/),
    ]);
    expect((await world.ended(other)).status).toBe('completed');
  });

  it('soaks its target beside a simulated pipeline, hands on what both found, and reports both', async () => {
    const soak = {
      writers: 2,
      readers: 2,
      readRatePerSecond: 100,
      batchesInFlight: 4,
      replication: { factor: 1 },
      durationMs: 2_000,
    };
    const cdc = {
      pipeline: { type: 'embedded' },
      ratePerSecond: 50,
      durationMs: 2_000,
      verification: { sampleShare: 1 },
    };
    const lost = { metric: 'report.outcomes.lost', operator: '<=', value: 0 };
    const id = await post({
      order: 'parallel',
      steps: [
        { id: 'soaked', run: { kind: 'soak', spec: soak } },
        { id: 'replicated', run: { kind: 'cdc', spec: cdc, thresholds: [lost] } },
        {
          id: 'after',
          when: '${steps.replicated.outputs.verifiedShare} > 0.5',
          run: { ...stress(operations('write', 100)), name: 'after ${steps.soaked.outputs.rowsWritten} rows' },
        },
      ],
    });
    const run = await world.ended(id, ENDED_WITHIN_MS);
    expect(run.status, run.problem?.detail).toBe('completed');
    const report = await reportOf(id);
    const said = JSON.stringify(report, null, 1);
    expect(statuses(report), said).toEqual({ soaked: 'succeeded', replicated: 'succeeded', after: 'succeeded' });
    const [soaked, replicated, after] = report.steps;
    const { rowsWritten } = soaked?.outputs ?? {};
    expect(soaked, said).toMatchObject({ kind: 'soak', outputs: { rowsWritten: expect.any(Number), failedRows: 0 } });
    expect(rowsWritten).toBeGreaterThan(0);
    expect(replicated, said).toMatchObject({ kind: 'cdc', verdict: 'passed' });
    expect(replicated?.operations).toBeGreaterThan(20);
    expect((await world.run(after?.runId ?? '')).name).toBe(`after ${String(rowsWritten)} rows`);
    const page = await (await fetch(`${world.url}/v1/runs/${id}/report`)).text();
    for (const each of [soaked, replicated])
      expect(page).toContain(`<a href="../${each?.runId}/report">${each?.step}</a>`);
  });

  it('goes on where a killed API left it', async () => {
    const id = await post({
      steps: [
        { id: 'first', run: stress(operations('write', 200)) },
        { id: 'second', run: stress(steadyWrites(3_000)) },
        { id: 'third', run: stress(operations('read', 200)) },
      ],
    });
    const isUnderWay = async () => (await world.log(id)).some((line) => line.startsWith('second started'));
    while (!(await isUnderWay())) await sleep(50);
    const api = world.children.findLast(({ out }) => out.includes('Tidemark API'));
    api?.signal('SIGKILL');
    await api?.exit;
    await sleep(500);
    await world.api();
    const run = await world.ended(id, ENDED_WITHIN_MS);
    expect(run.status, run.problem?.detail).toBe('completed');
    const report = await reportOf(id);
    expect(statuses(report)).toEqual({ first: 'succeeded', second: 'succeeded', third: 'succeeded' });
    // No step was made twice.
    const list = await world.call(`/v1/runs?parent=${id}`);
    expect(list).toMatchObject({ items: [{ step: 'third' }, { step: 'second' }, { step: 'first' }] });
  });

  it('is cancelled with its step, cleans up all the same, and is resumed', async () => {
    const id = await post({
      steps: [
        { id: 'first', run: stress(operations('write', 200)) },
        { id: 'long', run: stress(steadyWrites(60_000)) },
      ],
      cleanup: [{ id: 'tidy', run: stress(operations('read', 200)) }],
    });
    const started = await (async () => {
      for (;;) {
        const line = (await world.log(id)).find((each) => each.startsWith('long started'));
        if (line !== undefined) return line.split(' ').at(-1) ?? '';
        await sleep(50);
      }
    })();
    await world.reaches(started, 'running');
    await world.cancel(id);
    const run = await world.ended(id, ENDED_WITHIN_MS);
    expect(run.status).toBe('cancelled');
    expect(statuses(await reportOf(id))).toEqual({ first: 'succeeded', long: 'cancelled', tidy: 'succeeded' });
    const resumed = await world.call(`/v1/runs/${id}/resume`, { method: 'POST' });
    const next = String(Object(resumed).id);
    for (;;) {
      const lines = await world.log(next);
      if (lines.some((line) => line.startsWith('long started'))) break;
      await sleep(50);
    }
    expect((await world.log(next)).some((line) => line.startsWith('first started'))).toBe(false);
    await world.cancel(next);
    expect((await world.ended(next, ENDED_WITHIN_MS)).status).toBe('cancelled');
    expect((await reportOf(next)).steps[0]).toMatchObject({ step: 'first', status: 'succeeded', reused: true });
  });

  it('says everything that is wrong before anything starts', async () => {
    const answer = await world.call('/v1/runs/validate', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        kind: 'suite',
        target: { contactPoints: [contactPoint] },
        spec: {
          steps: [
            { id: 'one', run: stress({ command: 'write n=abc' }) },
            { id: 'two', run: { kind: 'generate', spec: { dataset: '../x', files: 1 } } },
            { id: 'three', run: stress({ command: 'read n=${params.none}' }) },
          ],
        },
      }),
    });
    expect(answer).toMatchObject({ valid: false });
    expect(JSON.stringify(answer)).toContain('params.none');
    const more = await world.call('/v1/runs/validate', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        kind: 'suite',
        target: { contactPoints: [contactPoint] },
        spec: {
          steps: [
            { id: 'one', run: stress({ command: 'write n=abc' }) },
            { id: 'two', run: { kind: 'generate', spec: { dataset: '../x', files: 1 } } },
          ],
        },
      }),
    });
    const text = JSON.stringify(more);
    for (const path of [
      'spec.steps[0].run.spec.command',
      'spec.steps[1].run.spec.dataset',
      'spec.steps[1].run.spec.rowsPerFile',
    ])
      expect(text).toContain(path);
  });
});
