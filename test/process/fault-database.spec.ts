import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { steadyWrites, World } from './harness.js';

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
});
