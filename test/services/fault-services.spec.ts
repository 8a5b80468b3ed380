import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { Wire } from '../process/black-hole.js';
import { steadyWrites, World } from '../process/harness.js';
import { freshPlatform, realPlatform } from './platform.js';
import { Network, Spare } from './spare.js';

const RATE = 200;
const writes = (durationMs: number) =>
  steadyWrites(durationMs, { rate: { model: 'open', threads: 8, ratePerSecond: RATE } });

describe.skipIf(realPlatform === undefined)('services that go away under load', { timeout: 180_000 }, () => {
  let world: World;
  let postgres: Spare;
  let redis: Spare;
  let network: Network;
  let wire: Wire;
  let contactPoint = '';
  beforeAll(async () => {
    [postgres, redis] = await Promise.all([Spare.start('postgres'), Spare.start('redis')]);
    [network, wire] = await Promise.all([Network.to(postgres.port), Wire.open('127.0.0.1', postgres.port)]);
    const backend = await freshPlatform({ postgresUrl: postgres.url, redisUrl: redis.url });
    world = await World.create({ TIDEMARK_LEASE_MS: '30000', TIDEMARK_BEAT_MS: '100' }, backend);
    const through = new URL(world.databaseUrl);
    through.port = String(network.port);
    const forgetful = new URL(world.databaseUrl);
    forgetful.port = String(wire.port);
    const [simulator] = await Promise.all([world.simulator(), world.api()]);
    contactPoint = simulator.contactPoint;
    await Promise.all([
      world.executor({ TIDEMARK_EXECUTOR_ID: 'near', TIDEMARK_LABELS: 'case=pair' }),
      world.executor({
        TIDEMARK_EXECUTOR_ID: 'far',
        TIDEMARK_LABELS: 'case=pair',
        TIDEMARK_DATABASE_URL: through.toString(),
      }),
      world.executor({
        TIDEMARK_EXECUTOR_ID: 'forgotten',
        TIDEMARK_LABELS: 'case=forgotten',
        TIDEMARK_DATABASE_URL: forgetful.toString(),
        // As long as it is by default.
        TIDEMARK_LEASE_MS: '10000',
      }),
      // This one looks by itself once a minute only: what it does sooner, Redis has told it.
      world.executor({ TIDEMARK_EXECUTOR_ID: 'told', TIDEMARK_LABELS: 'case=told', TIDEMARK_POLL_MS: '60000' }),
    ]);
  });
  afterAll(async () => {
    await world.stop();
    network.close();
    wire.close();
    await Promise.all([postgres.stop(), redis.stop()]);
  });

  const post = (label: string, durationMs: number, executors: number) =>
    world.create(contactPoint, writes(durationMs), {
      target: { contactPoints: [contactPoint], shared: true },
      placement: { executors, labels: { case: label } },
    });
  /** The run completed, and everything that was due in every second is counted once. */
  const isWhole = async (id: string, seconds: number): Promise<void> => {
    const run = await world.ended(id, 90_000);
    expect(run.status, run.problem?.detail).toBe('completed');
    const { operations, coverage, validity } = await world.summary(id);
    expect(operations['total']?.scheduled).toBe(seconds * RATE);
    expect(operations['total']?.completed).toBe(run.shards.reduce((sum, { completed }) => sum + completed, 0));
    expect(coverage).toBeCloseTo(1, 4);
    expect(validity.reasons.map(({ code }) => code)).not.toContain('INTERVALS_MISSING');
  };

  /** The service goes on to answer, and says how Redis is. */
  const isReady = async (expected: string): Promise<void> => {
    const ask = async () => z.object({ redis: z.string() }).parse(await world.call('/health/ready')).redis;
    for (const untilMs = Date.now() + 20_000; (await ask()) !== expected; await sleep(100))
      if (Date.now() > untilMs) throw new Error(`expected ${expected}, found ${await ask()}`);
  };

  it('Redis away, restarted and flushed: no run is lost, a cancel takes a second, and signals come back', async () => {
    const whole = await post('pair', 8_000, 1);
    await world.reaches(whole, 'running');
    await redis.stop();
    await isReady('away');
    const found = await post('pair', 60_000, 1);
    await world.reaches(found, 'running');
    const askedMs = Date.now();
    await world.cancel(found);
    const cancelled = await world.ended(found);
    expect(cancelled.status).toBe('cancelled');
    expect((cancelled.statusHistory.find(({ to }) => to === 'finishing')?.atMs ?? Infinity) - askedMs).toBeLessThan(
      1_500,
    );
    await redis.startAgain();
    await isReady('ok');
    await isWhole(whole, 8);
    const told = await post('told', 500, 1);
    expect((await world.ended(told, 40_000)).status).toBe('completed');
    const client = new Redis(redis.url);
    const during = await post('pair', 4_000, 2);
    await world.reaches(during, 'running');
    await client.flushall();
    client.disconnect();
    await isWhole(during, 4);
    const after = await post('told', 500, 1);
    expect((await world.ended(after, 40_000)).status).toBe('completed');
  });

  it('PostgreSQL restarted mid-run: load goes on, and every interval is there', async () => {
    const id = await post('pair', 12_000, 2);
    await world.reaches(id, 'running');
    await sleep(2_000);
    await postgres.stop();
    await sleep(3_000);
    await postgres.startAgain();
    await isWhole(id, 12);
    const next = await post('pair', 500, 2);
    expect((await world.ended(next)).status).toBe('completed');
  });

  it('a network that swallows everything between one executor and the database: it catches up', async () => {
    const id = await post('pair', 12_000, 2);
    await world.reaches(id, 'running');
    await sleep(2_000);
    network.cut();
    await sleep(6_000);
    network.restore();
    await isWhole(id, 12);
    expect((await world.log(id)).join('\n')).toContain('the database takes intervals again');
  });

  it('a network that forgets connections but takes new ones: the lease of ten seconds outlasts it', async () => {
    const id = await post('forgotten', 14_000, 1);
    await world.reaches(id, 'running');
    await sleep(2_000);
    wire.cut();
    // Every connection sends a beat or an interval meanwhile, and is of no use from then on.
    await sleep(1_500);
    wire.mend();
    await isWhole(id, 14);
  });
});
