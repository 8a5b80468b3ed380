import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tidemark } from '../process/cli-program.js';
import { realCassandra, type Witness } from './cassandra.js';
import { ProfileFiles } from './profile-files.js';

const profileOf = (keyspace: string): string => `
keyspace: ${keyspace}
keyspace_definition: |
  CREATE KEYSPACE ${keyspace} WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1};
extra_definitions:
  - CREATE TYPE place (street text, number int, near frozen<set<int>>)
table: readings
table_definition: |
  CREATE TABLE readings (
    sensor text, day int, seq int, note text, tags set<text>, level double, unit text,
    at frozen<place>, seen place, pair tuple<int, int, text>, took duration, names map<text, int>, calls list<text>,
    PRIMARY KEY (sensor, day, seq))
columnspec:
  - name: sensor
    size: fixed(12)
  - name: day
    cluster: fixed(3)
  - name: seq
    cluster: fixed(4)
  - name: note
    size: uniform(1..40)
insert:
  batchtype: UNLOGGED
token_range_queries:
  scan:
    page_size: 7
`;
const ROWS_EACH = 12;

describe.skipIf(realCassandra === undefined)('operations of a user profile', () => {
  let witness: Witness;
  let files: ProfileFiles;
  beforeAll(async () => {
    files = await ProfileFiles.create(realCassandra ?? '', profileOf);
    ({ witness } = files);
  });
  afterAll(() => files.close());

  const profile = (name: string) => files.profile(name);
  const run = async (path: string, words: string) => {
    const line = `user profile=${path} cl=ONE no-warmup ${words} -log no-settings ${files.place}`;
    const { exitCode, out, errors } = await tidemark(['--json', 'stress', ...line.split(' ')]).ended;
    return { exitCode, errors, summary: JSON.parse(out).summary };
  };

  it('writes the same rows in batches of several partitions and in several visits', async () => {
    const [plain, batched, visited] = [await profile('plain'), await profile('batched'), await profile('visited')];
    const pop = '-pop seq=1..120 -rate threads=4 processes=2';
    await run(plain.path, `ops(insert=1) n=120 ${pop}`);
    const batches = await run(batched.path, `ops(insert=1) n=120 ${pop} -insert partitions=fixed(2)`);
    expect(batches.summary.operations.insert).toMatchObject({ partitions: 120, rows: 120 * ROWS_EACH, failed: 0 });
    expect(batches.summary.operations.insert.completed).toBe(60);
    const visits = await run(visited.path, `ops(insert=1) n=480 ${pop} -insert visits=fixed(4) revisit=fixed(1)`);
    expect(visits.summary.operations.insert).toMatchObject({ completed: 480, rows: 120 * ROWS_EACH });

    const rows = await witness.allRows(plain.keyspace, 'readings');
    expect(rows).toHaveLength(120 * ROWS_EACH);
    expect(await witness.allRows(batched.keyspace, 'readings')).toEqual(rows);
    expect(await witness.allRows(visited.keyspace, 'readings')).toEqual(rows);
  });

  it('validates what was written, and finds the value that was changed and the row that is gone', async () => {
    const { keyspace, path } = await profile('valid');
    const pop = '-pop seq=1..40 -rate threads=4';
    const share = '-insert row-population-ratio=fixed(9)/10';
    await run(path, `ops(insert=1) n=40 ${pop} ${share}`);
    // The last column was null; what is not set stays as it is.
    const [before] = await witness.allRows(keyspace, 'readings');
    await run(path, `ops(insert=1) n=40 ${pop} -insert row-population-ratio=fixed(1)/100 unpopulated=unset`);
    expect(await witness.allRows(keyspace, 'readings')).toContain(before);
    const validate = `ops(validate=1) n=400 ${pop} ${share} -errors retries=0`;
    const good = await run(path, validate);
    expect(good.exitCode, good.errors).toBe(0);
    expect(good.summary).toMatchObject({ mismatchCount: 0 });
    expect(good.summary.operations.validate.rows).toBeGreaterThan(400);

    await witness.change(keyspace, 'readings', 'level', 1.5);
    const spoiled = await run(path, `${validate} ignore`);
    expect(spoiled.summary.operations.validate.errors.validation).toBeGreaterThan(0);
    expect(spoiled.summary.mismatches[0]).toMatchObject({ column: 'level', found: '3ff8000000000000' });

    await witness.remove(keyspace, 'readings');
    const missing = await run(path, `${validate} ignore`);
    expect(missing.summary.operations.validate.errors.missing).toBeGreaterThan(0);
  });

  it('reads every row of the table once, page by page over the ring, and ends by itself', async () => {
    const { path } = await profile('scanned');
    await run(path, 'ops(insert=1) n=150 -pop seq=1..150 -rate threads=8');
    const words = 'ops(scan=1) duration=60s -rate threads=8 processes=2 -tokenrange split-factor=3';
    const { exitCode, errors, summary } = await run(path, words);
    expect(exitCode, errors).toBe(0);
    expect(summary.operations.scan).toMatchObject({ partitions: 150, rows: 150 * ROWS_EACH, failed: 0 });
    expect(summary.durationMs).toBeLessThan(50_000);
  });
});
