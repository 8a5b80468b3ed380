import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { steadyWrites, World } from './harness.js';

const Highest = z.object({ highest: z.number() });

describe('a database that cannot be used', () => {
  let world: World;
  beforeEach(async () => {
    world = await World.create();
  });
  afterEach(() => world.stop());

  const programs = ['dist/apps/api/main.js', 'dist/apps/executor/main.js'];

  it.each(programs)('%s says in a sentence that the file is no database, and exits with 1', async (program) => {
    writeFileSync(join(world.folder, 'tidemark.db'), 'this is not a database, but it is long enough to be read as one');
    const child = world.spawn(program);
    expect(await child.exit).toBe(1);
    expect(child.err).toMatch(/could not open the database .*tidemark\.db: the file is not a SQLite database/);
    expect(child.err.trim().split('\n')).toHaveLength(1);
    expect(child.out).toBe('');
  });

  it.each(programs)('%s says in a sentence that the file is locked, and exits with 1', async (program) => {
    const other = new Database(join(world.folder, 'tidemark.db'));
    other.exec('PRAGMA locking_mode = EXCLUSIVE; CREATE TABLE held (id INTEGER); BEGIN EXCLUSIVE;');
    const child = world.spawn(program);
    expect(await child.exit).toBe(1);
    other.close();
    expect(child.err).toMatch(/could not open the database .*another process holds it locked: stop that process/);
    expect(child.err.trim().split('\n')).toHaveLength(1);
  });

  it('the executor lists every wrong setting at once and exits with 1', async () => {
    const child = world.spawn('dist/apps/executor/main.js', [], {
      TIDEMARK_EXECUTOR_ID: 'not a name',
      TIDEMARK_LEASE_MS: 'soon',
      TIDEMARK_DATABASE_URL: 'mysql://x',
    });
    expect(await child.exit).toBe(1);
    for (const name of ['TIDEMARK_EXECUTOR_ID', 'TIDEMARK_LEASE_MS', 'TIDEMARK_DATABASE_URL'])
      expect(child.err).toContain(`${name}: expected`);
    expect(child.err.trim().split('\n')).toHaveLength(1);
  });
});

describe('a database that stalls mid-run', () => {
  let world: World;
  beforeEach(async () => {
    world = await World.create({ TIDEMARK_LEASE_MS: '30000' });
  });
  afterEach(() => world.stop());

  it('for 10 s: load goes on, no interval is lost, and the flush catches up', async () => {
    const { contactPoint } = await world.simulator();
    await world.service(1);
    const id = await world.create(contactPoint, steadyWrites(16_000));
    await world.reaches(id, 'running');
    await sleep(1_500);
    const other = new Database(join(world.folder, 'tidemark.db'), { timeout: 5_000 });
    other.exec('BEGIN IMMEDIATE');
    await sleep(10_000);
    other.exec('ROLLBACK');
    other.close();
    const run = await world.ended(id);
    expect(run.status).toBe('completed');
    const writes = (await world.intervals(id)).filter(({ operation }) => operation === 'WRITE');
    expect(writes.map(({ interval }) => interval)).toEqual(Array.from({ length: 16 }, (_, interval) => interval));
    // The rate was kept in every second of the stall.
    for (const { completed } of writes) expect(Math.abs(completed - 500)).toBeLessThan(100);
    expect((await world.summary(id)).operations['total']?.scheduled).toBe(8_000);
  });

  it(
    'and then the executor is killed: what it had put on disk is added by the next one',
    { timeout: 120_000 },
    async () => {
      const { contactPoint } = await world.simulator();
      await world.api();
      const first = await world.executor({ TIDEMARK_EXECUTOR_ID: 'one', TIDEMARK_LEASE_MS: '12000' });
      // So short that memory is full soon.
      const id = await world.create(contactPoint, steadyWrites(120_000, { log: { intervalMs: 20 } }));
      await world.reaches(id, 'running');
      await sleep(1_000);
      const other = new Database(join(world.folder, 'tidemark.db'), { timeout: 5_000 });
      other.exec('BEGIN IMMEDIATE');
      const before = other.prepare('SELECT max(interval_index) AS highest FROM interval_self').get();
      const spooled = (): string[] => {
        try {
          return readdirSync(join(world.folder, 'spool'));
        } catch {
          return [];
        }
      };
      while (!spooled().some((name) => name.endsWith('.intervals'))) await sleep(50);
      first.signal('SIGKILL');
      await first.exit;
      other.exec('ROLLBACK');
      other.close();
      await world.executor({ TIDEMARK_EXECUTOR_ID: 'one' });
      const run = await world.ended(id, 40_000);
      expect(run.status).toBe('interrupted');
      while (spooled().length > 0) await sleep(50);
      expect(await world.log(id)).toContainEqual(
        expect.stringMatching(/^executor one was killed and has left [1-9]\d* intervals on disk: added$/),
      );
      const { highest } = Highest.parse(before);
      // The hundred and twenty that waited in memory went with the process.
      const after = (await world.intervals(id)).map(({ interval }) => interval);
      expect(Math.max(...after)).toBeGreaterThan(highest + 120);
      const { operations, validity } = await world.summary(id);
      expect(operations['total']?.completed).toBe(operations['total']?.serviceTime.count);
      expect(validity.reasons.map(({ code }) => code)).toContain('INTERVALS_MISSING');
    },
  );
});
