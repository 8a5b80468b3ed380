import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { setTimeout as sleep } from 'node:timers/promises';
import { steadyWrites, World } from './harness.js';

/** A short lease, so that a dead executor is missed soon. */
const LEASE = { TIDEMARK_LEASE_MS: '1500', TIDEMARK_BEAT_MS: '100' };

describe('an executor or API that dies leaves no run hanging', () => {
  let world: World;
  beforeEach(async () => {
    world = await World.create(LEASE);
  });
  afterEach(() => world.stop());

  it('kill -9 while preparing: interrupted, with a reason', async () => {
    const script = await world.script([{ kind: 'silence', share: 1, where: { opcodes: ['PREPARE'] } }], 'applied');
    const { contactPoint } = await world.simulator('--script', script);
    const { executors } = await world.service(1);
    const id = await world.create(contactPoint, steadyWrites(60_000));
    await world.until(id, ({ shards }) => shards[0]?.state === 'claimed');
    executors[0]?.signal('SIGKILL');
    const run = await world.ended(id, 10_000);
    expect(run.status).toBe('interrupted');
    expect(run.problem?.detail).toMatch(/executor-0 was lost: its lease ran out while the run was preparing/);
  });

  it('kill -9 of the API while a run is queued: it runs after the restart', async () => {
    const { contactPoint } = await world.simulator();
    const api = await world.api();
    const id = await world.create(contactPoint, steadyWrites(500));
    api.signal('SIGKILL');
    await api.exit;
    await world.api();
    expect((await world.run(id)).status).toBe('queued');
    await world.executor();
    expect((await world.ended(id)).status).toBe('completed');
  });

  it('kill -9 while ready: interrupted, and the load never started', async () => {
    const { contactPoint } = await world.simulator();
    await world.api();
    const executor = await world.executor({ TIDEMARK_START_DELAY_MS: '20000', TIDEMARK_EXECUTOR_ID: 'executor-0' });
    const id = await world.create(contactPoint, steadyWrites(1_000));
    await world.reaches(id, 'ready');
    executor.signal('SIGKILL');
    const run = await world.ended(id, 10_000);
    expect(run.status).toBe('interrupted');
    expect(run.problem?.detail).toMatch(/executor-0 was lost: its lease ran out while the run was ready/);
  });

  it('kill -9 while finishing: another executor finishes the run with all that was measured', async () => {
    const { contactPoint } = await world.simulator();
    const { executors } = await world.service(1);
    // Many intervals, so that the last step takes long enough to be hit.
    const id = await world.create(contactPoint, steadyWrites(8_000, { log: { intervalMs: 10 } }));
    await world.reaches(id, 'finishing');
    executors[0]?.signal('SIGKILL');
    await executors[0]?.exit;
    await world.executor({ TIDEMARK_EXECUTOR_ID: 'other' });
    const run = await world.ended(id, 20_000);
    expect(['completed', 'interrupted']).toContain(run.status);
    await world.until(id, ({ validity }) => validity !== null);
    expect((await world.summary(id)).operations['total']?.scheduled).toBe(4_000);
  });

  it('kill -9 while running: interrupted with what was measured, and the other executor takes the next run', async () => {
    const { contactPoint } = await world.simulator();
    const { executors } = await world.service(2);
    const id = await world.create(contactPoint, steadyWrites(60_000), { placement: { executors: 2 } });
    await world.reaches(id, 'running');
    await sleep(3_000);
    executors[1]?.signal('SIGKILL');
    const run = await world.ended(id, 10_000);
    expect(run.status).toBe('interrupted');
    expect(run.problem).toMatchObject({ code: 'EXECUTOR_LOST' });
    await world.until(id, ({ validity }) => validity !== null);
    const total = (await world.summary(id)).operations['total'];
    expect(total?.completed).toBeGreaterThan(1_000);
    const next = await world.create(contactPoint, steadyWrites(500));
    expect((await world.ended(next)).status).toBe('completed');
  });

  it('kill -9 while running with lostExecutor "continue": completed, degraded, and says who was lost', async () => {
    const { contactPoint } = await world.simulator();
    const { executors } = await world.service(2);
    const more = { placement: { executors: 2 }, policies: { lostExecutor: 'continue' } };
    const id = await world.create(contactPoint, steadyWrites(6_000), more);
    await world.reaches(id, 'running');
    await sleep(2_000);
    executors[1]?.signal('SIGKILL');
    const run = await world.ended(id, 20_000);
    expect(run.status).toBe('completed');
    expect(run.shards.map(({ state }) => state).toSorted()).toEqual(['ended', 'lost']);
    const { validity, coverage } = await world.summary(id);
    expect(validity.level).not.toBe('valid');
    expect(validity.reasons.map(({ code }) => code)).toContain('EXECUTOR_LOST');
    expect(coverage).toBeGreaterThan(0.5);
    expect(coverage).toBeLessThan(0.9);
  });

  it('kill -9 with the API down too: after a restart of both the run is interrupted with its summary', async () => {
    const { contactPoint } = await world.simulator();
    const { api, executors } = await world.service(1);
    const id = await world.create(contactPoint, steadyWrites(60_000));
    await world.reaches(id, 'running');
    await sleep(2_500);
    for (const child of [api, ...executors]) child.signal('SIGKILL');
    await Promise.all([api, ...executors].map((child) => child.exit));
    await sleep(2_000);
    await world.api();
    await world.executor();
    const run = await world.ended(id, 10_000);
    expect(run.status).toBe('interrupted');
    await world.until(id, ({ validity }) => validity !== null);
    expect((await world.summary(id)).operations['total']?.completed).toBeGreaterThan(500);
  });

  it('kill -9 of the API mid-run and a restart: the run completes as if nothing had been', async () => {
    const { contactPoint } = await world.simulator();
    const { api } = await world.service(1);
    const id = await world.create(contactPoint, steadyWrites(4_000));
    await world.reaches(id, 'running');
    api.signal('SIGKILL');
    await api.exit;
    await sleep(1_000);
    await world.api();
    const run = await world.ended(id);
    expect(run.status).toBe('completed');
    expect((await world.summary(id)).operations['total']?.scheduled).toBe(2_000);
  });

  it('an executor alone ends a run that hangs, with the API down', async () => {
    const { contactPoint } = await world.simulator();
    const { api, executors } = await world.service(1);
    const id = await world.create(contactPoint, steadyWrites(60_000));
    await world.reaches(id, 'running');
    api.signal('SIGKILL');
    executors[0]?.signal('SIGKILL');
    await Promise.all([api.exit, executors[0]?.exit]);
    const other = await world.executor({ TIDEMARK_EXECUTOR_ID: 'other' });
    await sleep(5_000);
    expect(await other.stop()).toBe(0);
    await world.api();
    expect((await world.run(id)).statusHistory.at(-1)).toMatchObject({ to: 'interrupted', actor: 'watchdog' });
  });

  it('SIGTERM: the run may end within the drain time, the executor leaves the list and exits with 0', async () => {
    const { contactPoint } = await world.simulator();
    const { executors } = await world.service(1);
    const id = await world.create(contactPoint, steadyWrites(3_000));
    await world.reaches(id, 'running');
    expect(await executors[0]?.stop()).toBe(0);
    expect((await world.run(id)).status).toBe('completed');
    expect(await world.call('/v1/executors')).toMatchObject({ items: [] });
  });

  it('a second SIGTERM: the run is interrupted at once with what was measured', async () => {
    const { contactPoint } = await world.simulator();
    const { executors } = await world.service(1);
    const id = await world.create(contactPoint, steadyWrites(60_000));
    await world.reaches(id, 'running');
    await sleep(2_000);
    executors[0]?.signal('SIGTERM');
    await sleep(300);
    const askedMs = Date.now();
    executors[0]?.signal('SIGTERM');
    expect(await executors[0]?.exit).toBe(0);
    expect(Date.now() - askedMs).toBeLessThan(3_000);
    const run = await world.run(id);
    expect(run.status).toBe('interrupted');
    expect(run.problem?.detail).toBe('executor executor-0 was shut down before the run had ended');
    expect((await world.summary(id)).operations['total']?.completed).toBe(run.shards[0]?.completed);
  });
});
