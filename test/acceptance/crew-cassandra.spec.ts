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
const FILES = 8;
/** Of all files of the dataset. */
const ROWS = 8_000;
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

  const assemble = async (count = EXECUTORS, settings: Record<string, string> = {}): Promise<void> => {
    // Of what went before some are too many, and some have other settings.
    for (const [id, child] of [...alive].slice(count)) {
      alive.delete(id);
      await child.stop();
    }
    await Promise.all(
      Array.from({ length: count - alive.size }, async () => {
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
  const leave = async (): Promise<void> => {
    await Promise.all([...alive.values()].map((child) => child.stop()));
    alive.clear();
  };
  /** Ends one at once, as a machine that loses its power. */
  const kill = async (id: string | null | undefined): Promise<void> => {
    const child = alive.get(id ?? '');
    if (child === undefined) throw new Error(`expected one of ${[...alive.keys()].join(', ')}, found ${id}`);
    alive.delete(id ?? '');
    child.signal('SIGKILL');
    await child.exit;
  };
  const post = (spec: unknown, lostExecutor: 'fail' | 'continue') =>
    world.create(cassandra, spec, {
      placement: { executors: EXECUTORS },
      policies: { lostExecutor },
    });
  const load = (keyspace: string): Promise<string> =>
    world.post({
      kind: 'load',
      spec: {
        dataset: 'rows',
        keyspace,
        create: { replication: { factor: 1 } },
        existing: 'restart',
        rowsPerSecond: 1_600,
        lanes: 1,
      },
      target: { contactPoints: [cassandra] },
      placement: { executors: EXECUTORS },
      policies: { lostExecutor: 'requeue' },
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
    const folder = join(world.folder, 'data', 'rows');
    mkdirSync(folder, { recursive: true });
    for (let file = 0; file < FILES; file++) {
      const lines = Array.from({ length: ROWS / FILES }, (_, at) =>
        csvLine([`00000000-0000-4000-8000-${String((file * ROWS) / FILES + at).padStart(12, '0')}`, `row ${at}`]),
      );
      writeFileSync(join(folder, `part${file}.csv`), csvLine(['sort_key', 'content']) + lines.join(''));
    }
    await world.api();
  });
  afterAll(async () => {
    await world.stop();
    await witness.close();
    await Promise.all([postgres.stop(), redis.stop()]);
  });

  const STATES = ['preparing', 'ready', 'running', 'finishing'] as const;
  type State = (typeof STATES)[number];
  const POLICIES = ['fail', 'continue', 'requeue'] as const;
  type Policy = (typeof POLICIES)[number];

  /** What is under way while one is killed: writes, or a load where its part has to go to another. */
  const begin = async (state: State, policy: Policy, keyspace: string): Promise<string> => {
    if (policy === 'requeue') return load(keyspace);
    if (state === 'preparing')
      // A throttled warm-up keeps them there.
      return post(writes(keyspace, 4, { warmup: true, warmupMs: 20_000 }), policy);
    if (state === 'running') return post(writes(keyspace, policy === 'fail' ? 60 : 8), policy);
    // Many intervals take a while to be summed up.
    return post(writes(keyspace, 3, { log: { intervalMs: 10 } }), policy);
  };
  const inState: Record<State, (id: string) => Promise<Run>> = {
    preparing: (id) => world.until(id, ({ shards }) => shards.every((one) => one.state === 'claimed'), 60_000),
    ready: (id) => world.reaches(id, 'ready', 60_000),
    running: (id) => running(id, 2_000),
    finishing: (id) => world.reaches(id, 'finishing', 60_000),
  };
  const isInterrupted = async (id: string, state: State): Promise<void> => {
    const run = await world.ended(id, 60_000);
    expect(run.status, run.problem?.detail).toBe('interrupted');
    expect(run.problem?.code).toBe('EXECUTOR_LOST');
    expect(run.problem?.detail).toContain(`was lost: its lease ran out while the run was ${state}`);
  };
  /** Rows of a dead one's last second may be there though it could tell nobody of them. */
  const isExplained = async (id: string, keyspace: string): Promise<void> => {
    const counted = (await summed(id)).operations['total']?.completed ?? 0;
    const rows = await witness.count(keyspace);
    expect(counted).toBeGreaterThan(RATE);
    expect(counted).toBeLessThanOrEqual(rows);
    expect(rows - counted).toBeLessThan(UNTOLD);
  };
  const isNothing = async (id: string, state: State, keyspace: string): Promise<void> => {
    await isInterrupted(id, state);
    expect(told(await world.run(id))).toBe(0);
    // A warm-up writes, and is no part of the figures.
    if (state === 'ready') expect(await witness.count(keyspace)).toBe(0);
  };
  const isWhole = async (id: string, keyspace: string): Promise<void> => {
    const run = await world.ended(id, 60_000);
    expect(run.status, run.problem?.detail).toBe('completed');
    expect((await summed(id)).operations['total']?.completed).toBe(3 * RATE);
    expect(await witness.count(keyspace)).toBe(3 * RATE);
  };
  const isLoaded = async (id: string, state: State, keyspace: string): Promise<void> => {
    const run = await world.ended(id, 90_000);
    expect(run.status, run.problem?.detail).toBe('completed');
    expect(run.shards.flatMap(({ lostExecutors = [] }) => lostExecutors)).toHaveLength(state === 'finishing' ? 0 : 1);
    expect((await summed(id)).report).toMatchObject({ read: ROWS, written: ROWS, rejected: 0, failed: 0 });
    expect(await witness.number(`SELECT count(*) FROM ${keyspace}.content_data`)).toBe(ROWS);
  };
  type End = (id: string, state: State, keyspace: string) => Promise<void>;
  const PROMISED: Record<Policy, Record<State, End>> = {
    fail: {
      preparing: isNothing,
      ready: isNothing,
      running: async (id, state, keyspace) => {
        await isInterrupted(id, state);
        await isExplained(id, keyspace);
      },
      finishing: (id, _, keyspace) => isWhole(id, keyspace),
    },
    continue: {
      preparing: isNothing,
      ready: isNothing,
      running: async (id, _, keyspace) => {
        const run = await world.ended(id, 60_000);
        expect(run.status, run.problem?.detail).toBe('completed');
        expect(codesOf(await summed(id))).toContain('EXECUTOR_LOST');
        await isExplained(id, keyspace);
      },
      finishing: (id, _, keyspace) => isWhole(id, keyspace),
    },
    requeue: { preparing: isLoaded, ready: isLoaded, running: isLoaded, finishing: isLoaded },
  };

  it.each(POLICIES.flatMap((policy) => STATES.map((state) => ({ state, policy }))))(
    'one is killed while $state, policy $policy: the promised end, and the rows explain what was acknowledged',
    async ({ state, policy }) => {
      // One more where somebody has to take the part over; a late start keeps them ready.
      await assemble(
        policy === 'requeue' ? EXECUTORS + 1 : EXECUTORS,
        state === 'ready' ? { TIDEMARK_START_DELAY_MS: '8000' } : {},
      );
      const keyspace = witness.keyspace(`${state}_${policy}`);
      const id = await begin(state, policy, keyspace);
      const { shards, status } = await inState[state](id);
      await kill(shards[2]?.executorId);
      expect(status).toBe(state);
      await PROMISED[policy][state](id, state, keyspace);
      if (state === 'ready') await leave();
    },
  );

  it('one stops for longer than its lease while it loads, and another has its part when it wakes', async () => {
    await assemble(EXECUTORS + 1);
    const keyspace = witness.keyspace('frozen');
    const id = await load(keyspace);
    const frozen = alive.get((await running(id, 1_500)).shards[1]?.executorId ?? '');
    frozen?.signal('SIGSTOP');
    await world.until(id, ({ shards }) => shards[1]?.lostExecutors?.length === 1, 60_000);
    await sleep(1_000);
    frozen?.signal('SIGCONT');
    await isLoaded(id, 'running', keyspace);
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
    await leave();
    await assemble(EXECUTORS, { TIDEMARK_LEASE_MS: '45000' });
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
});
