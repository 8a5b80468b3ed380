import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Run } from '#libs/contract/run.js';
import type { Summary } from '#libs/contract/summary.js';
import { csvLine } from '#libs/dataset/csv-text.js';
import { type Child, World } from '../process/harness.js';
import { neededCassandra, Witness } from '../services/cassandra.js';
import { freshPlatform } from '../services/platform.js';
import { Spare } from '../services/spare.js';

const EXECUTORS = 4;
const RATE = 400;
/** What a dead executor may have written in the last second that it told nobody of, with room for a slow machine. */
const UNTOLD = RATE;
const AWAY_MS = 20_000;
const cassandra = neededCassandra();

/** Writes of rows 1..seconds * RATE, each once, so that the number of rows says how many writes took effect. */
const writes = (keyspace: string, seconds: number, more: Record<string, unknown> = {}) => ({
  operation: 'write',
  stop: { type: 'operations', count: seconds * RATE },
  consistencyLevel: 'ONE',
  warmup: false,
  schema: { keyspace },
  population: { type: 'sequence', from: 1, to: seconds * RATE },
  rate: { model: 'open', threads: 16, ratePerSecond: RATE },
  ...more,
});
const told = ({ shards }: Run) => shards.reduce((sum, { completed }) => sum + completed, 0);
const codesOf = ({ validity }: Summary) => validity.reasons.map(({ code }) => code);

describe('four executors on Cassandra, PostgreSQL and Redis', { timeout: 240_000 }, () => {
  let world: World;
  let witness: Witness;
  let postgres: Spare;
  let redis: Spare;
  let started = 0;
  const alive = new Map<string, Child>();

  const assemble = async (settings: Record<string, string> = {}): Promise<void> => {
    await Promise.all(
      Array.from({ length: EXECUTORS - alive.size }, async () => {
        const id = `crew-${started++}`;
        alive.set(
          id,
          await world.executor({
            TIDEMARK_EXECUTOR_ID: id,
            TIDEMARK_DATA_DIR: join(world.folder, 'data'),
            ...settings,
          }),
        );
      }),
    );
  };
  /** Ends one at once, as a machine that loses its power. */
  const kill = async (id: string | null | undefined): Promise<void> => {
    const child = alive.get(id ?? '');
    if (child === undefined) throw new Error(`expected one of ${[...alive.keys()].join(', ')}, found ${id}`);
    alive.delete(id ?? '');
    child.signal('SIGKILL');
    await child.exit;
  };
  const post = (spec: unknown, lostExecutor: 'fail' | 'continue', more: Record<string, unknown> = {}) =>
    world.create(cassandra, spec, {
      placement: { executors: EXECUTORS },
      policies: { lostExecutor },
      ...more,
    });
  /** The API makes it a moment after the run has ended. */
  const summed = async (id: string): Promise<Summary> => {
    for (const untilMs = Date.now() + 60_000; ; await sleep(100)) {
      const summary = await world.summary(id).catch(() => undefined);
      if (summary) return summary;
      if (Date.now() > untilMs) throw new Error(`run ${id} has no summary`);
    }
  };
  const running = async (id: string, forMs: number): Promise<Run> => {
    await world.until(id, ({ shards }) => shards.every(({ state }) => state === 'running'), 60_000);
    await sleep(forMs);
    return world.run(id);
  };

  beforeAll(async () => {
    witness = new Witness(cassandra);
    [postgres, redis] = await Promise.all([Spare.start('postgres'), Spare.start('redis')]);
    const backend = await freshPlatform({ postgresUrl: postgres.url, redisUrl: redis.url });
    world = await World.create({ TIDEMARK_LEASE_MS: '5000', TIDEMARK_BEAT_MS: '200' }, backend);
    mkdirSync(join(world.folder, 'data'));
    await world.api();
  });
  afterAll(async () => {
    await world.stop();
    await witness.close();
    await Promise.all([postgres.stop(), redis.stop()]);
  });

  it.each(['fail', 'continue'] as const)(
    'one is killed in every state, policy %s: the promised end, and the rows explain what was acknowledged',
    async (policy) => {
      await assemble();
      // A throttled warm-up keeps them preparing.
      const preparing = witness.keyspace(`prep_${policy}`);
      const first = await post(writes(preparing, 4, { warmup: true, warmupMs: 20_000 }), policy);
      const claimed = await world.until(
        first,
        ({ shards }) => shards.every(({ state }) => state === 'claimed'),
        60_000,
      );
      await kill(claimed.shards[1]?.executorId);
      const unprepared = await world.ended(first, 60_000);
      expect(unprepared.status).toBe('interrupted');
      expect(unprepared.problem?.detail).toMatch(/was lost: its lease ran out while the run was (preparing|ready)/);
      expect(told(unprepared)).toBe(0);

      await assemble();
      const load = witness.keyspace(`run_${policy}`);
      const second = await post(writes(load, policy === 'fail' ? 60 : 8), policy);
      await kill((await running(second, 2_500)).shards[2]?.executorId);
      const ended = await world.ended(second, 60_000);
      expect(ended.status, ended.problem?.detail).toBe(policy === 'fail' ? 'interrupted' : 'completed');
      const rows = await witness.count(load);
      const summary = await summed(second);
      if (policy === 'fail') expect(ended.problem).toMatchObject({ code: 'EXECUTOR_LOST' });
      else expect(codesOf(summary)).toContain('EXECUTOR_LOST');
      const counted = summary.operations['total']?.completed ?? 0;
      expect(counted).toBeGreaterThan(RATE);
      expect(counted).toBeLessThanOrEqual(rows);
      expect(rows - counted).toBeLessThan(UNTOLD);

      await assemble();
      const last = witness.keyspace(`end_${policy}`);
      const third = await post(writes(last, 3, { log: { intervalMs: 10 } }), policy);
      const finishing = await world.reaches(third, 'finishing', 60_000);
      await kill(finishing.shards[3]?.executorId);
      const whole = await world.ended(third, 60_000);
      expect(['completed', 'interrupted']).toContain(whole.status);
      expect((await summed(third)).operations['total']?.completed).toBe(3 * RATE);
      expect(await witness.count(last)).toBe(3 * RATE);
    },
  );

  it('one is killed while ready: interrupted, and nothing was written', async () => {
    await assemble();
    const keyspace = witness.keyspace('ready');
    const late = await world.executor({ TIDEMARK_EXECUTOR_ID: 'late', TIDEMARK_START_DELAY_MS: '30000' });
    await kill([...alive.keys()][0]);
    alive.set('late', late);
    const id = await post(writes(keyspace, 2), 'fail');
    const ready = await world.reaches(id, 'ready', 60_000);
    await kill(ready.shards.find(({ executorId }) => executorId !== 'late')?.executorId);
    const run = await world.ended(id, 60_000);
    expect(run.status).toBe('interrupted');
    expect(await witness.count(keyspace)).toBe(told(run));
    await kill('late');
  });

  it('one stops for longer than its lease and wakes: fenced, and its late result is counted once', async () => {
    await assemble();
    const keyspace = witness.keyspace('zombie');
    const id = await post(writes(keyspace, 14), 'continue');
    const zombie = alive.get((await running(id, 2_000)).shards[1]?.executorId ?? '');
    zombie?.signal('SIGSTOP');
    await world.until(id, ({ shards }) => shards[1]?.state === 'lost', 60_000);
    zombie?.signal('SIGCONT');
    const run = await world.ended(id, 60_000);
    expect(run.status).toBe('completed');
    const rows = await witness.count(keyspace);
    await world.until(id, (one) => told(one) === rows, 60_000);
    expect((await world.log(id)).join('\n')).toContain('came back after it was given up');
  });

  it('PostgreSQL and Redis are away for 20 s under load: every write and every second is there', async () => {
    // An executor goes on for as long as its lease: theirs outlast the time.
    const leave = async () => {
      await Promise.all([...alive.values()].map((child) => child.stop()));
      alive.clear();
    };
    await leave();
    await assemble({ TIDEMARK_LEASE_MS: '45000' });
    const keyspace = witness.keyspace('away');
    const seconds = AWAY_MS / 1000 + 12;
    const id = await post(writes(keyspace, seconds), 'fail');
    await running(id, 3_000);
    await Promise.all([postgres.stop(), redis.stop()]);
    await sleep(AWAY_MS);
    await Promise.all([postgres.startAgain(), redis.startAgain()]);
    const run = await world.ended(id, 90_000);
    expect(run.status, run.problem?.detail).toBe('completed');
    const { operations, coverage } = await summed(id);
    expect(coverage).toBeCloseTo(1, 4);
    expect(operations['total']).toMatchObject({ scheduled: seconds * RATE, completed: seconds * RATE });
    expect(await witness.count(keyspace)).toBe(seconds * RATE);
    await leave();
  });

  it('a cancel reaches all four, and the rows are what was counted', async () => {
    await assemble();
    const keyspace = witness.keyspace('cancel');
    const id = await post(writes(keyspace, 60), 'fail');
    await running(id, 1_500);
    await world.cancel(id);
    const run = await world.ended(id, 60_000);
    expect(run.status).toBe('cancelled');
    expect(told(run)).toBe(await witness.count(keyspace));
  });

  it('one is killed while it loads, policy requeue: exactly the rows of the dataset', async () => {
    await assemble();
    const folder = join(world.folder, 'data', 'rows');
    mkdirSync(folder);
    for (let file = 0; file < 8; file++) {
      const lines = Array.from({ length: 1_000 }, (_, at) =>
        csvLine([`00000000-0000-4000-8000-${String(file * 1_000 + at).padStart(12, '0')}`, `row ${at}`]),
      );
      writeFileSync(join(folder, `part${file}.csv`), csvLine(['sort_key', 'content']) + lines.join(''));
    }
    const keyspace = witness.keyspace('requeue');
    const id = await world.post({
      kind: 'load',
      spec: { dataset: 'rows', keyspace, create: { replication: { factor: 1 } }, rowsPerSecond: 1_600, lanes: 1 },
      target: { contactPoints: [cassandra] },
      placement: { executors: EXECUTORS },
      policies: { lostExecutor: 'requeue' },
    });
    await kill((await running(id, 1_500)).shards[0]?.executorId);
    const run = await world.ended(id, 90_000);
    expect(run.status, run.problem?.detail).toBe('completed');
    expect((await summed(id)).report).toMatchObject({ read: 8_000, written: 8_000, rejected: 0, failed: 0 });
    expect(await witness.number(`SELECT count(*) FROM ${keyspace}.content_data`)).toBe(8_000);
  });
});
