import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Witness } from '../services/cassandra.js';
import { Compose } from './compose.js';

const RATE = 800;
const ROWS = 12_000;

describe('docker compose up --scale executor=N', { timeout: 300_000 }, () => {
  let compose: Compose;
  let witness: Witness;

  beforeAll(async () => {
    compose = await Compose.create();
    await compose.up(4);
    witness = new Witness(compose.cassandra);
  }, 1_500_000);
  afterAll(async () => {
    await witness?.close();
    await compose?.down();
  });

  const target = { contactPoints: ['cassandra:9042'] };
  /** Each row once, so that their number says how many writes took effect. */
  const write = (keyspace: string, executors: number, lostExecutor = 'fail') =>
    compose.post({
      kind: 'stress',
      target,
      spec: {
        operation: 'write',
        stop: { type: 'operations', count: ROWS },
        consistencyLevel: 'ONE',
        warmup: false,
        schema: { keyspace },
        population: { type: 'sequence', from: 1, to: ROWS },
        rate: { model: 'open', threads: 16, ratePerSecond: RATE },
      },
      placement: { executors },
      policies: { lostExecutor },
    });
  const underWay = async (id: string) => {
    const run = await compose.until(id, ({ shards }) => shards.every(({ state }) => state === 'running'));
    await sleep(3_000);
    return run;
  };
  const told = async (id: string) => (await compose.summary(id)).operations['total']?.completed ?? 0;

  it('four containers share a run, and Cassandra has every row', async () => {
    const keyspace = witness.keyspace('shared');
    const id = await write(keyspace, 4);
    const { shards } = await compose.completed(id);
    expect(new Set(shards.map(({ executorId }) => executorId)).size).toBe(4);
    expect(shards.map(({ completed }) => completed)).toEqual(Array.from({ length: 4 }, () => ROWS / 4));
    expect(await told(id)).toBe(ROWS);
    expect(await witness.count(keyspace)).toBe(ROWS);
  });

  it('a dataset that one makes is there for the others, and for the API', async () => {
    const keyspace = witness.keyspace('boxed');
    const made = await compose.post({
      kind: 'generate',
      spec: { dataset: 'boxed', files: 6, rowsPerFile: 500 },
      placement: { executors: 3 },
    });
    await compose.completed(made);
    const source = { dataset: 'boxed', keyspace };
    const loaded = await compose.post({
      kind: 'load',
      target,
      spec: { ...source, create: { replication: { factor: 1 } } },
      placement: { executors: 2 },
    });
    await compose.completed(loaded);
    expect((await compose.summary(loaded)).report).toMatchObject({ written: 3_000, failed: 0, rejected: 0 });
    const asked = await compose.post({ kind: 'query', target, spec: source, placement: { executors: 4 } });
    await compose.completed(asked);
    expect((await compose.summary(asked)).report).toMatchObject({ ok: 3_000, errors: 0 });
    expect(await witness.number(`SELECT count(*) FROM ${keyspace}.content_data`)).toBe(3_000);
  });

  it('one that is killed is told as lost, and its container comes back', async () => {
    const keyspace = witness.keyspace('killed');
    const id = await write(keyspace, 4, 'continue');
    const lost = (await underWay(id)).shards[1]?.executorId;
    const victim = (await compose.atWork(4)).find((executor) => executor.id === lost);
    if (victim === undefined) throw new Error(`expected ${lost} among the executors`);
    await compose.kill(victim);
    const { shards } = await compose.completed(id);
    expect(shards.filter(({ state }) => state === 'lost')).toHaveLength(1);
    const rows = await witness.count(keyspace);
    // Of its last second it could tell nobody.
    expect(rows - (await told(id))).toBeLessThan(RATE / 2);
    expect(rows).toBeGreaterThanOrEqual(await told(id));
    const back = await compose.atWork(4);
    expect(back.map(({ hostname }) => hostname)).toContain(victim.hostname);
  });

  it('fewer are wanted while all are at work: what they have begun they end', async () => {
    const keyspace = witness.keyspace('drained');
    const id = await write(keyspace, 4);
    await underWay(id);
    await compose.scale(2);
    const { shards } = await compose.completed(id);
    expect(shards.map(({ state }) => state)).toEqual(['ended', 'ended', 'ended', 'ended']);
    expect(await told(id)).toBe(ROWS);
    expect(await witness.count(keyspace)).toBe(ROWS);
    expect(await compose.atWork(2)).toHaveLength(2);
  });

  it('a run that wants more than there are waits, says so, and begins when they come', async () => {
    const keyspace = witness.keyspace('more');
    const id = await write(keyspace, 6);
    const { waiting } = await compose.until(id, (run) => run.waiting?.reason.includes('2 are alive') === true);
    expect(waiting?.reason).toBe('it needs 6 executors, 2 are alive');
    await compose.scale(6);
    const { shards } = await compose.completed(id);
    expect(new Set(shards.map(({ executorId }) => executorId)).size).toBe(6);
    expect(await witness.count(keyspace)).toBe(ROWS);
  });
});
