import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { requireBuild, tidemark } from './cli-program.js';
import { World } from './harness.js';

const PROFILE = `
keyspace: options
keyspace_definition: |
  CREATE KEYSPACE IF NOT EXISTS options WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1};
table: readings
table_definition: |
  CREATE TABLE IF NOT EXISTS readings (sensor text, day int, value blob, PRIMARY KEY (sensor, day));
columnspec:
  - name: day
    cluster: fixed(5)
insert:
  partitions: fixed(1)
  consistencyLevel: THREE
queries:
  one: { cql: SELECT value FROM readings WHERE sensor = ? AND day = ?, fields: samerow }
`;

/* The real program and a simulated node: options of cassandra-stress that change what is done, not only what is said. */
describe('options of a command line', () => {
  let world: World;
  let folder: string;
  let profile: string;
  let node: string;
  beforeAll(async () => {
    requireBuild();
    folder = await mkdtemp(join(tmpdir(), 'tidemark-options-'));
    profile = join(folder, 'profile.yaml');
    await writeFile(profile, PROFILE);
    world = await World.create();
    const { port } = await world.simulator();
    node = `-node 127.0.0.1 -port native=${port}`;
  });
  afterAll(async () => {
    await world.stop();
    await rm(folder, { recursive: true, force: true });
  });
  const stress = (line: string) => tidemark(['stress', ...`${line} ${node}`.split(' ')]).ended;

  it('truncate=once: the rows of before and of the warm-up are gone', async () => {
    const table = '-rate threads=8 -schema keyspace=cut';
    const fill = await stress(`write n=40 no-warmup cl=ONE -pop seq=1..40 ${table}`);
    expect(fill.exitCode, fill.errors).toBe(0);
    // Its warm-up writes 25 rows, from the first on; the run begins there again and ends after ten of them.
    const again = await stress(`write n=100 cl=ONE truncate=once -pop seq=1..10 no-wrap ${table}`);
    expect(again).toMatchObject({ exitCode: 0, errors: '' });
    const { errors, out } = await stress(`read n=40 no-warmup cl=ONE -errors ignore retries=0 -pop seq=1..40 ${table}`);
    expect(out).toMatch(/^Total errors +: +30 /m);
    expect(errors).toContain('30 values did not come back');
  });

  it('truncate=always empties the tables before each run of a search; its first run alone is warmed up', async () => {
    const { exitCode, out, errors } = await stress(
      'counter_write n=40 cl=ONE truncate=always -pop seq=1..40 -rate threads>=4 threads<=4 auto -schema keyspace=cutauto',
    );
    expect({ exitCode, errors }).toEqual({ exitCode: 0, errors: '' });
    expect(out.match(/^Warming up/gm)).toHaveLength(1);
  });

  it.each(['sorted', 'shuffled'])('-pop contents=%s writes the rows that a profile describes', async (order) => {
    const user = (ops: string) =>
      stress(
        `user profile=${profile} ops(${ops}) n=20 no-warmup truncate=${ops === 'insert=1' ? 'once' : 'never'} cl=ONE -insert cl=ONE -pop seq=1..20 contents=${order} -rate threads=4`,
      );
    const written = await user('insert=1');
    expect(written).toMatchObject({ exitCode: 0, errors: '' });
    expect(written.out).toContain(`  Order: ${order.toUpperCase()}\n`);
    const checked = await user('validate=1');
    expect(checked).toMatchObject({ exitCode: 0, errors: '' });
    expect(checked.out).toMatch(/Total errors +: +0 /);
  });

  it("a profile's inserts have a level of their own, and a failed statement is told of as it is", async () => {
    const failed = await stress(
      `user profile=${profile} ops(insert=1) n=20 no-warmup cl=ONE -pop seq=1..20 -rate threads=1 -errors ignore retries=0 -log print-statements-on-error`,
    );
    // One replica cannot give THREE.
    expect(failed.errors).toMatch(
      /^Operation x1 on key\(s\) \[\S+( \S+)*\]: Error executing: UPDATE "options"\."readings" SET "value" = \? WHERE .*: unavailable: /m,
    );
    const { exitCode, errors } = await stress(
      `user profile=${profile} ops(insert=1) n=20 no-warmup cl=THREE -insert cl=ONE -pop seq=1..20 -rate threads=1`,
    );
    expect({ exitCode, errors }).toMatchObject({ exitCode: 1, errors: expect.stringContaining('THREE') });
  });

  it('-reporting header-frequency prints the header again and again', async () => {
    const { exitCode, out } = await stress(
      'write n=300 cl=ONE no-warmup -rate threads=4 fixed=200/s -reporting output-frequency=200ms header-frequency=600ms',
    );
    expect(exitCode).toBe(0);
    const headers = out.match(/^type {7}total ops,/gm)?.length ?? 0;
    expect(headers).toBeGreaterThanOrEqual(2);
    expect(headers).toBeLessThanOrEqual(4);
  });
});
