import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { operations, World } from './harness.js';

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
    expect(written.shards.map(({ state, executorId }) => [state, executorId])).toEqual([
      ['ended', 'executor-0'],
      ['ended', 'executor-1'],
    ]);
    expect(written.shards.reduce((sum, { completed }) => sum + completed, 0)).toBe(rows);
    expect(written.simulated).toBe(true);
    const summary = await world.summary(write);
    expect(summary.operations['WRITE']).toMatchObject({ completed: rows, failed: 0, partitions: rows });
    expect(summary.validity.reasons.filter(({ level }) => level === 'invalid')).toEqual([]);

    const read = await world.create(contactPoint, operations('read', rows), { placement });
    const readRun = await world.ended(read);
    expect(readRun.status).toBe('completed');
    const readSummary = await world.summary(read);
    expect(readSummary.operations['READ']).toMatchObject({ completed: rows, failed: 0 });
    expect(readSummary.mismatchCount).toBe(0);
    expect(readSummary.validity.reasons.filter(({ level }) => level === 'invalid')).toEqual([]);
    expect(readSummary.startSkewMs).toBeLessThan(250);
  });
});
