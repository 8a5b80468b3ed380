import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type LogRow, LogReader } from '#libs/cdc/scylla-log/log-reader.js';
import { startSimulator, type Simulator } from '#libs/cql-sim/simulator.js';
import { SampleSession } from '#libs/cql/sample-session.js';
import { systemClock } from '#libs/load/clock.js';

describe("the reader of ScyllaDB's CDC log", () => {
  let simulator: Simulator;
  let session: SampleSession;
  beforeAll(async () => {
    simulator = await startSimulator({ personality: 'scylla', nodes: 2, address: '127.0.30.1', tokensPerNode: 4 });
    session = await SampleSession.connect(simulator.contactPoints[0] ?? '', { controlTimeoutMs: 10_000 });
    await ask(`CREATE KEYSPACE k WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}`);
    await ask(`CREATE TABLE k.t (id int PRIMARY KEY, seq bigint, v text) WITH cdc = {'enabled': true}`);
  });
  afterAll(async () => {
    await session.close();
    await simulator.close();
  });
  const ask = (cql: string) => session.session.query(cql);

  let found: { row: LogRow; visibleMs: number }[];
  let reader: LogReader;
  beforeEach(() => {
    simulator.apply({});
    found = [];
    reader = new LogReader({
      ask,
      clock: systemClock,
      keyspace: 'k',
      table: 't',
      key: 'id',
      columns: ['seq', 'v'],
      sinceMs: Date.now(),
      windowMs: 3_000,
      found: (row, visibleMs) => found.push({ row, visibleMs }),
    });
  });

  const shown = () => found.map(({ row: { operation, key, cells } }) => ({ operation, key, cells }));
  const insert = (id: number, seq: number) => ask(`INSERT INTO k.t (id, seq, v) VALUES (${id}, ${seq}, 'x')`);
  const pollUntil = (rows: number) =>
    expect.poll(() => reader.poll().then(() => found.length), { timeout: 15_000, interval: 20 }).toBe(rows);

  it('tells of every change once, with what it touched and when it was there', async () => {
    await insert(1, 1);
    await ask('UPDATE k.t SET v = null WHERE id = 1');
    const ackedMs = Date.now();
    await reader.poll();
    await ask('DELETE FROM k.t WHERE id = 1');
    await pollUntil(3);
    await reader.poll();
    expect(shown()).toEqual([
      { operation: 'write', key: '1', cells: { seq: 1n, v: 'x' } },
      { operation: 'write', key: '1', cells: { v: null } },
      { operation: 'delete', key: '1', cells: {} },
    ]);
    expect((found[1]?.visibleMs ?? 0) - ackedMs).toBeGreaterThanOrEqual(-1);
    expect(found[1]?.row.writtenMicros).toBeLessThanOrEqual(ackedMs * 1000 + 1000);
    expect(reader.late).toBe(0);
  });

  it('finds rows that become visible behind what it has read', async () => {
    simulator.apply({ faults: [{ kind: 'cdc-late', ms: 900 }] });
    const writtenMs = Date.now();
    await insert(2, 1);
    simulator.apply({});
    await systemClock.sleep(600);
    await insert(3, 2);
    await pollUntil(2);
    expect(shown().map(({ key }) => key)).toEqual(['3', '2']);
    expect((found[1]?.visibleMs ?? 0) - writtenMs).toBeGreaterThan(850);
    expect(reader.late).toBe(1);
  });

  it('follows a new generation, and reads the old one to its end', async () => {
    await insert(4, 1);
    await pollUntil(1);
    simulator.newCdcGeneration(1_200);
    simulator.apply({ faults: [{ kind: 'cdc-late', ms: 1_800 }] });
    await insert(5, 2);
    simulator.apply({});
    await systemClock.sleep(1_300);
    await insert(6, 3);
    await pollUntil(3);
    expect(shown().map(({ key }) => key)).toEqual(['4', '6', '5']);
    expect(reader.generations).toBe(2);
  });
});
