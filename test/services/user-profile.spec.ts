import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { World } from '../process/harness.js';
import { tidemark } from '../process/cli-program.js';
import { genuineStress, realCassandra, type Witness } from './cassandra.js';
import { ProfileFiles } from './profile-files.js';

/** Two clustering columns, below which both tools write everything, and every type whose values a seed decides wholly: no lists of drawn length, no clock of the machine. */
const profileOf = (keyspace: string): string => `
keyspace: ${keyspace}
keyspace_definition: |
  CREATE KEYSPACE ${keyspace} WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1};
table: events
table_definition: |
  CREATE TABLE events (
    host text, bucket bigint, service ascii, seq int,
    a_blob blob, a_boolean boolean, a_date date, a_decimal decimal, a_double double, a_float float, an_inet inet,
    an_int int, a_list list<int>, a_set set<text>, a_smallint smallint, a_text text, a_time time, a_tinyint tinyint,
    a_uuid uuid, a_varint varint, at timestamp,
    PRIMARY KEY ((host, bucket), service, seq))
columnspec:
  - name: host
    size: uniform(5..20)
    population: uniform(1..100000)
  - name: service
    size: fixed(6)
    cluster: uniform(1..3)
  - name: seq
    cluster: uniform(1..5)
    population: uniform(1..1000)
  - name: a_text
    size: gaussian(10..60)
  - name: a_blob
    size: exp(1..200)
  - name: a_list
    size: fixed(3)
  - name: a_set
    size: fixed(2)
insert:
  partitions: fixed(1)
  batchtype: UNLOGGED
  select: fixed(1)/1
queries:
  one:
    cql: SELECT * FROM events WHERE host = ? AND bucket = ? AND service = ? AND seq = ?
    fields: samerow
  partition:
    cql: SELECT * FROM events WHERE host = ? AND bucket = ?
    fields: samerow
`;
const PARTITIONS = 500;

describe.skipIf(realCassandra === undefined || genuineStress === undefined)('a user profile', () => {
  let witness: Witness;
  let files: ProfileFiles;
  beforeAll(async () => {
    files = await ProfileFiles.create(realCassandra ?? '', profileOf);
    ({ witness } = files);
  });
  afterAll(() => files.close());

  const profile = (name: string) => files.profile(name);
  const insert = (path: string) =>
    `user profile=${path} ops(insert=1) n=${PARTITIONS} cl=ONE no-warmup -pop seq=1..${PARTITIONS} -rate threads=8 -log no-settings`;

  it('writes the rows that the genuine tool writes, and reads each of them back', async () => {
    const [ours, theirs] = [await profile('ours'), await profile('theirs')];
    const written = await tidemark(['stress', ...`${insert(ours.path)} ${files.place}`.split(' ')]).ended;
    expect(written).toMatchObject({ exitCode: 0, errors: '' });
    expect(written.out).toMatch(new RegExp(`Total partitions +: +${PARTITIONS} \\[insert: ${PARTITIONS}\\]`));
    const { exitCode, out } = await witness.genuineUser(insert(theirs.path));
    expect(exitCode, out).toBe(0);
    const rows = await witness.allRows(theirs.keyspace, 'events');
    expect(rows.length).toBeGreaterThan(2 * PARTITIONS);
    expect(await witness.allRows(ours.keyspace, 'events')).toEqual(rows);

    const queries = `user profile=${theirs.path} ops(one=3,partition=1) n=2000 cl=ONE no-warmup -pop dist=UNIFORM(1..${PARTITIONS}) -rate threads=8 -log no-settings`;
    const read = await tidemark(['--json', 'stress', ...`${queries} ${files.place}`.split(' ')]).ended;
    expect(read.errors.replace(/^.*\n/gm, '')).toBe('');
    const { operations } = JSON.parse(read.out).summary;
    expect(operations.one.rows).toBe(operations.one.completed);
    expect(operations.partition.rows).toBeGreaterThan(2 * operations.partition.completed);
  });

  it('runs over the API with two executors, its YAML beside the command', async () => {
    const { keyspace, path } = await profile('api');
    const world = await World.create();
    try {
      await world.service(2);
      const spec = { command: insert('events.yaml'), profiles: { 'events.yaml': profileOf(keyspace) } };
      const id = await world.create(realCassandra ?? '', spec, { placement: { executors: 2 } });
      const run = await world.ended(id);
      expect(run.status, run.problem?.detail).toBe('completed');
      expect((await world.summary(id)).operations['insert']).toMatchObject({ completed: PARTITIONS, failed: 0 });
      expect(run.spec).toMatchObject({ command: expect.stringContaining('profile=events.yaml') });
      expect(path).toContain('api.yaml');
    } finally {
      await world.stop();
    }
  });
});
