import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { DataSource } from 'typeorm';
import { describe, expect, it } from 'vitest';
import { openStore } from '#libs/store/open-store.js';
import { World } from '../process/harness.js';
import { askApi, quantile, simulateExecutors } from '../simulated-executors.js';

const server = process.env['TIDEMARK_TEST_POSTGRES'];
const EXECUTORS = 50;
const SECONDS = 8;
/** The first seconds are those of a cold service. */
const WARM_SECONDS = 1;

/** One round on a database of its own. */
async function measure() {
  const admin = await new DataSource({ type: 'postgres', url: server ?? '' }).initialize();
  const name = `tidemark_${randomBytes(6).toString('hex')}`;
  await admin.query(`CREATE DATABASE ${name}`);
  const url = new URL(server ?? '');
  url.pathname = `/${name}`;
  const world = await World.create({ TIDEMARK_SECRET_KEY: '0f'.repeat(32) });
  const store = await openStore({ url: url.toString(), secretKey: Buffer.alloc(32, 0x0f) });
  try {
    await world.api({ TIDEMARK_DATABASE_URL: url.toString(), TIDEMARK_MAX_REQUESTS_PER_MINUTE: '1000000' });
    const stop = new AbortController();
    const runIds = Array.from({ length: EXECUTORS / 5 }, (_, index) => `simulated-${index}`);
    const working = simulateExecutors({
      store,
      executors: EXECUTORS,
      shardsPerRun: 5,
      seconds: SECONDS,
      beatMs: 1_000,
    });
    const asking = (async () => {
      // All runs are there when all have begun.
      while ((await store.runs.count('running')) < runIds.length) await sleep(100);
      await sleep(WARM_SECONDS * 1_000);
      return askApi(world.url, runIds, stop.signal);
    })();
    const result = await working.finally(() => stop.abort());
    const { askedMs, pingMs } = await asking;
    const counted = await Promise.all(runIds.map(async (id) => (await store.intervals.read(id)).length));
    return {
      counted: counted.reduce((sum, count) => sum + count, 0),
      requests: askedMs.length,
      apiP99Ms: quantile(askedMs, 0.99),
      pingP99Ms: quantile(pingMs, 0.99),
      lagMaxMs: Math.max(...result.lagsMs),
    };
  } finally {
    await store.close();
    await world.stop();
    await admin.query(`DROP DATABASE ${name} WITH (FORCE)`);
    await admin.destroy();
  }
}

describe.skipIf(server === undefined)('50 executors on PostgreSQL (TIDEMARK_TEST_POSTGRES)', () => {
  it('leave the service below 200 ms and their intervals below 2 s', { retry: 1 }, async () => {
    const { counted, requests, apiP99Ms, pingP99Ms, lagMaxMs } = await measure();
    expect(counted).toBe(EXECUTORS * SECONDS);
    expect(requests).toBeGreaterThan(5);
    expect(lagMaxMs).toBeLessThan(2_000);
    expect(apiP99Ms, `of ${requests} requests; readiness alone took ${pingP99Ms} ms`).toBeLessThan(200);
  });
});
