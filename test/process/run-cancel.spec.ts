import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Run } from '#libs/contract/run.js';
import { steadyWrites, World } from './harness.js';

const EFFECT_MS = 1_000;

describe('a cancel takes effect within a second and keeps what was measured', () => {
  let world: World;
  beforeEach(async () => {
    world = await World.create();
  });
  afterEach(() => world.stop());

  /** Cancels and answers the ended run; from the call to the end on the service's own clock. */
  async function cancelled(id: string): Promise<Run> {
    const askedMs = Date.now();
    await world.cancel(id);
    const run = await world.ended(id);
    expect(run.status).toBe('cancelled');
    expect((run.endedAtMs ?? Infinity) - askedMs).toBeLessThan(EFFECT_MS);
    expect(run.statusHistory.at(-1)).toMatchObject({ to: 'cancelled', actor: 'api', reason: 'test' });
    return run;
  }

  it('while queued: at once, and nothing was measured', async () => {
    await world.api();
    const id = await world.create('127.0.0.1:9', steadyWrites(1000));
    const run = await cancelled(id);
    expect(run.statusHistory.map(({ to }) => to)).toEqual(['queued', 'cancelled']);
  });

  it('while preparing: two executors stop connecting and take the next run', async () => {
    const script = await world.script([{ kind: 'silence', share: 1, where: { opcodes: ['PREPARE'] } }], 'applied');
    const silent = await world.simulator('--script', script);
    await world.service(2);
    const id = await world.create(silent.contactPoint, steadyWrites(60_000), { placement: { executors: 2 } });
    await world.until(id, ({ shards }) => shards.every(({ state }) => state === 'claimed'));
    await cancelled(id);
    const good = await world.simulator();
    const next = await world.create(good.contactPoint, steadyWrites(1000), { placement: { executors: 2 } });
    expect((await world.ended(next)).status).toBe('completed');
  });

  it('while ready: the load never starts', async () => {
    const { contactPoint } = await world.simulator();
    await world.api();
    await world.executor({ TIDEMARK_START_DELAY_MS: '20000' });
    const id = await world.create(contactPoint, steadyWrites(60_000));
    await world.reaches(id, 'ready');
    const run = await cancelled(id);
    expect(run.shards.map(({ completed }) => completed)).toEqual([0]);
  });

  it('while running: the intervals up to then and their summary stay', async () => {
    const { contactPoint } = await world.simulator();
    await world.service(2);
    const id = await world.create(contactPoint, steadyWrites(60_000), { placement: { executors: 2 } });
    await world.reaches(id, 'running');
    await world.until(id, () => true);
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    const run = await cancelled(id);
    expect(run.statusHistory.map(({ to }) => to).slice(-2)).toEqual(['finishing', 'cancelled']);
    const summary = await world.summary(id);
    const total = summary.operations['total'];
    expect(total?.completed).toBe(run.shards.reduce((sum, { completed }) => sum + completed, 0));
    expect(total?.completed).toBeGreaterThan(1000);
    expect(total?.completed).toBeLessThan(2500);
    expect(summary.validity.reasons.map(({ code }) => code)).toContain('NOT_CARRIED_OUT');
  });

  it('while finishing: it ends at once as one or the other, and nothing that was measured is lost', async () => {
    const { contactPoint } = await world.simulator();
    await world.service(1);
    const id = await world.create(contactPoint, steadyWrites(8_000, { log: { intervalMs: 10 } }));
    await world.reaches(id, 'finishing');
    await world.cancel(id).catch(() => undefined);
    const run = await world.ended(id, 5_000);
    expect(['completed', 'cancelled']).toContain(run.status);
    expect((await world.summary(id)).operations['total']?.scheduled).toBe(4_000);
  });

  it('after the end: refused with the state that it has', async () => {
    const { contactPoint } = await world.simulator();
    await world.service(1);
    const id = await world.create(contactPoint, steadyWrites(200));
    expect((await world.ended(id)).status).toBe('completed');
    await expect(world.cancel(id)).rejects.toThrow(/409.*RUN_ALREADY_ENDED/);
  });
});
