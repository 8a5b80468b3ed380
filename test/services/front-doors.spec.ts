import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Summary } from '#libs/contract/summary.js';
import { tidemark } from '../process/cli-program.js';
import type { World } from '../process/harness.js';
import { realCassandra, type Witness } from './cassandra.js';
import { RealService } from './real-service.js';

const ENDED_WITHIN_MS = 60_000;

describe.skipIf(realCassandra === undefined)('lines of other tools on a real Cassandra', () => {
  const target = realCassandra ?? '';
  let service: RealService;
  let witness: Witness;
  let world: World;
  beforeAll(async () => {
    service = await RealService.start(target);
    ({ witness, world } = service);
  });
  afterAll(() => service.stop());

  const run = async (from: string, line: string) => {
    const { exitCode, out, errors } = await tidemark(['--json', 'stress', '--from', from, line]).ended;
    const summary = out === '' ? undefined : Summary.parse(JSON.parse(out).summary);
    // With --json the text is on standard error.
    return { exitCode, errors: exitCode === 0 ? '' : errors, summary };
  };

  it('scylla-bench: writes, finds every row right with -validate-data, and the one that is not', async () => {
    const keyspace = witness.keyspace('bench');
    const bench = (words: string) => run('scylla-bench', `${words} -keyspace ${keyspace} -nodes ${target}`);
    const rows = '-partition-count 100 -clustering-row-count 30';
    const written = await bench(
      `-mode write -workload sequential ${rows} -clustering-row-size uniform:1..200 -rows-per-request 8 -validate-data`,
    );
    expect(written).toMatchObject({ exitCode: 0, errors: '' });
    expect(await witness.number(`SELECT count(*) FROM ${keyspace}.test`)).toBe(3_000);

    const reads = `-mode read -workload sequential ${rows} -validate-data`;
    for (const more of [
      '',
      '-rows-per-request 10 -provide-upper-bound -page-size 4',
      '-rows-per-request 6 -in-restriction',
    ])
      expect(await bench(`${reads} ${more}`), more).toMatchObject({ exitCode: 0, errors: '' });
    const scan = await bench('-mode scan -range-count 16 -page-size 100 -validate-data');
    expect(scan).toMatchObject({ exitCode: 0, errors: '' });
    expect(scan.summary?.operations['scan']).toMatchObject({ completed: 16, failed: 0, rows: 3_000 });

    await witness.execute(`UPDATE ${keyspace}.test SET v = 0x0102 WHERE pk = 42 AND ck = 7`);
    for (const line of [reads, '-mode scan -range-count 16 -validate-data']) {
      const spoiled = await bench(line);
      expect(spoiled.exitCode).toBe(1);
      expect(spoiled.errors).toContain('VALIDATION_MISMATCH');
      expect(spoiled.summary?.mismatchCount).toBe(1);
      expect(spoiled.summary?.mismatches).toMatchObject([{ key: 'pk 42, ck 7', column: 'v', found: '0102' }]);
    }
  });

  it('scylla-bench: counts, and checks its counters', async () => {
    const keyspace = witness.keyspace('counters');
    const bench = (words: string) =>
      run(
        'scylla-bench',
        `${words} -partition-count 5 -clustering-row-count 20 -keyspace ${keyspace} -nodes ${target}`,
      );
    expect(await bench('-mode counter_update -workload sequential -iterations 3')).toMatchObject({ exitCode: 0 });
    expect(await witness.number(`SELECT sum(c1) FROM ${keyspace}.test_counters`)).toBe(5 * 3 * 190);
    const read = '-mode counter_read -workload sequential -validate-data';
    expect(await bench(read)).toMatchObject({ exitCode: 0, errors: '' });
    await witness.execute(`UPDATE ${keyspace}.test_counters SET c3 = c3 + 1 WHERE pk = 1 AND ck = 2`);
    expect(await bench(read)).toMatchObject({ exitCode: 1, summary: { mismatchCount: 1 } });
  });

  it('scylla-bench over the API with two executors, in the structured form', async () => {
    const keyspace = witness.keyspace('api');
    const id = await world.create(
      target,
      {
        operation: 'scyllaBench',
        scyllaBench: {
          mode: 'write',
          workload: { type: 'sequential', partitionCount: 20, clusteringRowCount: 50 },
          value: { content: 'checked' },
          passes: 1,
        },
        schema: { keyspace },
        consistencyLevel: 'ONE',
        stop: { type: 'operations', count: 1_000 },
        rate: { model: 'closed', threads: 16 },
        warmup: false,
      },
      { placement: { executors: 2 } },
    );
    const { status, spec, problem } = await world.ended(id, ENDED_WITHIN_MS);
    expect(status, problem?.detail).toBe('completed');
    expect(spec).toMatchObject({
      command: expect.stringContaining('-mode write -workload sequential -partition-count 20'),
    });
    expect(await witness.number(`SELECT count(*) FROM ${keyspace}.test`)).toBe(1_000);

    const command = `-mode read -workload sequential -partition-count 20 -clustering-row-count 50 -validate-data -keyspace ${keyspace}`;
    const read = await world.create(target, { from: 'scylla-bench', command });
    expect((await world.ended(read, ENDED_WITHIN_MS)).status).toBe('completed');
    const { operations, mismatchCount } = await world.summary(read);
    expect([operations['read']?.rows, mismatchCount]).toEqual([1_000, 0]);
  });

  it('YCSB: loads, runs A, D, E and F, and finds a field that is wrong', async () => {
    const keyspace = witness.keyspace('ycsb');
    const [host = '', port = ''] = target.split(':');
    const ycsb = (words: string) =>
      run(
        'ycsb',
        `${words} -threads 16 -p hosts=${host} -p port=${port} -p cassandra.keyspace=${keyspace} -p dataintegrity=true`,
      );
    const load = await ycsb('load cassandra-cql -P workloads/workloada -p recordcount=2000');
    expect(load).toMatchObject({ exitCode: 0, errors: '' });
    expect(await witness.number(`SELECT count(*) FROM ${keyspace}.usertable`)).toBe(2_000);

    const of = (workload: string) => `run cassandra-cql -P workloads/workload${workload} -p operationcount=3000`;
    const a = await ycsb(`${of('a')} -p recordcount=2000`);
    expect(a).toMatchObject({ exitCode: 0, errors: '' });
    const { READ, UPDATE, total } = a.summary?.operations ?? {};
    expect(total).toMatchObject({ completed: 3_000, failed: 0 });
    expect((READ?.completed ?? 0) / 3_000).toBeCloseTo(0.5, 1);
    expect((UPDATE?.completed ?? 0) / 3_000).toBeCloseTo(0.5, 1);

    const e = await ycsb(`${of('e')} -p recordcount=2000`);
    expect(e).toMatchObject({ exitCode: 0, errors: '' });
    const { SCAN, INSERT } = e.summary?.operations ?? {};
    const inserted = INSERT?.completed ?? 0;
    expect(inserted).toBeGreaterThan(50);
    expect((SCAN?.completed ?? 0) + inserted).toBe(3_000);
    // 1 to 100 rows each, but for those at the end of the ring.
    expect((SCAN?.rows ?? 0) / (SCAN?.completed ?? 1)).toBeGreaterThan(40);
    expect(await witness.number(`SELECT count(*) FROM ${keyspace}.usertable`)).toBe(2_000 + inserted);

    const more = `-p recordcount=${2_000 + inserted}`;
    for (const workload of ['d', 'f'])
      expect(await ycsb(`${of(workload)} ${more}`), workload).toMatchObject({ exitCode: 0, errors: '' });

    // The most frequent row of all is that of the hash of 0.
    await witness.execute(`UPDATE ${keyspace}.usertable SET field3 = 'changed' WHERE y_id = 'user6284781860667377211'`);
    const spoiled = await ycsb(
      'run cassandra-cql -p recordcount=1 -p operationcount=5 -p readproportion=1 -p updateproportion=0',
    );
    expect(spoiled).toMatchObject({ exitCode: 1, summary: { mismatchCount: 5 } });
    expect(spoiled.summary?.mismatches[0]).toMatchObject({
      key: 'user6284781860667377211',
      column: 'field3',
      found: 'changed',
    });
  });
});
