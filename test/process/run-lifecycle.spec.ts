import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { operations, steadyWrites, World } from './harness.js';
import { expectReports } from './report-forms.js';

describe('a run over the API, two executors and a simulated cluster', () => {
  let world: World;
  beforeEach(async () => {
    world = await World.create();
  });
  afterEach(() => world.stop());

  it('writes every row once and reads every row back valid', async () => {
    const { contactPoint } = await world.simulator('--nodes', '3');
    await world.service(2);
    const rows = 40_000;
    const placement = { executors: 2 };
    const write = await world.create(contactPoint, operations('write', rows), { placement });
    const written = await world.ended(write);
    expect(written.statusHistory.map(({ to }) => to)).toEqual([
      'queued',
      'preparing',
      'ready',
      'running',
      'finishing',
      'completed',
    ]);
    const shards = written.shards.map(({ state, executorId }) => `${executorId} ${state}`);
    expect(new Set(shards)).toEqual(new Set(['executor-0 ended', 'executor-1 ended']));
    expect(written.shards.reduce((sum, { completed }) => sum + completed, 0)).toBe(rows);
    expect(written.simulated).toBe(true);
    const summary = await world.summary(write);
    expect(summary.operations['WRITE']).toMatchObject({ completed: rows, failed: 0, partitions: rows });
    expect(summary.validity.reasons.filter(({ level }) => level === 'invalid')).toEqual([]);

    const read = await world.create(contactPoint, operations('read', rows), { placement });
    const readRun = await world.ended(read);
    expect(readRun.status).toBe('completed');
    const readSummary = await world.summary(read);
    expect(await expectReports(world.url, read)).toContain('aria-label="READ: service time"');
    expect(readSummary.operations['READ']).toMatchObject({ completed: rows, failed: 0 });
    expect(readSummary.mismatchCount).toBe(0);
    expect(readSummary.validity.reasons.filter(({ level }) => level === 'invalid')).toEqual([]);
    expect(readSummary.startSkewMs).toBeLessThan(250);
  });

  it('a second run on the same target waits, says why, and runs when the first has ended', async () => {
    const { contactPoint } = await world.simulator();
    await world.service(2);
    const first = await world.create(contactPoint, steadyWrites(3_000));
    await world.reaches(first, 'running');
    const second = await world.create(contactPoint, operations('write', 100));
    const queued = await world.run(second);
    expect(queued.status).toBe('queued');
    expect(queued.waiting).toEqual({ position: 1, reason: expect.stringContaining(`locked by run ${first}`) });
    const ended = await world.ended(second);
    expect(ended.status).toBe('completed');
    const claimed = ended.statusHistory.find(({ to }) => to === 'preparing');
    expect(claimed?.atMs).toBeGreaterThanOrEqual((await world.run(first)).endedAtMs ?? Infinity);
  });

  it('two runs that both share their target run at once', async () => {
    const { contactPoint } = await world.simulator();
    await world.service(2);
    const target = { contactPoints: [contactPoint], shared: true };
    const ids = [
      await world.create(contactPoint, steadyWrites(3_000), { target }),
      await world.create(contactPoint, steadyWrites(3_000), { target }),
    ];
    const [first, second] = await Promise.all(ids.map((id) => world.ended(id)));
    expect([first?.status, second?.status]).toEqual(['completed', 'completed']);
    expect(second?.startedAtMs).toBeLessThan(first?.endedAtMs ?? 0);
  });

  it('a run that wants labels goes to the executor that has them, and says so while there is none', async () => {
    const { contactPoint } = await world.simulator();
    await world.service(1);
    const placement = { executors: 1, labels: { region: 'eu' } };
    const id = await world.create(contactPoint, operations('write', 100), { placement });
    await world.until(id, ({ waiting }) => waiting?.reason.includes('region=eu') === true);
    await world.executor({ TIDEMARK_EXECUTOR_ID: 'in-eu', TIDEMARK_EXECUTOR_LABELS: 'disk=nvme,region=eu' });
    const run = await world.ended(id);
    expect(run.status).toBe('completed');
    expect(run.shards.map(({ executorId }) => executorId)).toEqual(['in-eu']);
  });

  it('a state that lasts longer than its policy allows ends the run', async () => {
    const script = await world.script([{ kind: 'silence', share: 1, where: { opcodes: ['PREPARE'] } }], 'applied');
    const { contactPoint } = await world.simulator('--script', script);
    await world.service(1);
    const policies = { preparingDeadlineMs: 1_000 };
    const id = await world.create(contactPoint, operations('write', 100), { policies });
    const run = await world.ended(id, 10_000);
    expect(run.status).toBe('failed');
    expect(run.problem).toMatchObject({ code: 'DEADLINE_EXCEEDED' });
    // The executor has noticed and is free again.
    const good = await world.simulator();
    const next = await world.create(good.contactPoint, operations('write', 100));
    expect((await world.ended(next)).status).toBe('completed');
  });
});
