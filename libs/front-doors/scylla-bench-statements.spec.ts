import { describe, expect, it } from 'vitest';
import { parseScyllaBenchCommand } from './scylla-bench-line.js';
import { benchTableCql, loadStatements } from './scylla-bench-statements.js';

const benchOf = (line: string) => {
  const { scyllaBench } = parseScyllaBenchCommand(line).spec;
  if (!scyllaBench) throw new Error('a line without its own part');
  return scyllaBench;
};
const SEQUENTIAL = '-workload sequential';

describe('benchTableCql', () => {
  it("makes scylla-bench's table", () => {
    expect(benchTableCql(benchOf(`-mode write ${SEQUENTIAL}`), 'scylla_bench')).toBe(
      'CREATE TABLE IF NOT EXISTS "scylla_bench"."test" (pk bigint, ck bigint, v blob, PRIMARY KEY(pk, ck)) WITH compression = { }',
    );
  });

  it('makes the table of counters', () => {
    expect(benchTableCql(benchOf(`-mode counter_update ${SEQUENTIAL}`), 'ks')).toBe(
      'CREATE TABLE IF NOT EXISTS "ks"."test_counters" (pk bigint, ck bigint, c1 counter, c2 counter, c3 counter, c4 counter, c5 counter, PRIMARY KEY(pk, ck)) WITH compression = { }',
    );
  });
});

describe('loadStatements', () => {
  const SELECT = 'SELECT pk, ck, v FROM "scylla_bench"."test" WHERE pk = ?';
  const COUNTERS =
    'SELECT pk, ck, c1, c2, c3, c4, c5 FROM "scylla_bench"."test_counters" WHERE pk = ? AND ck >= ? LIMIT 1';
  const INSERT = 'INSERT INTO "scylla_bench"."test" (pk, ck, v) VALUES (?, ?, ?)';

  it.each([
    [`-mode write ${SEQUENTIAL} -extra-clause "USING TTL 60"`, { write: `${INSERT} USING TTL 60` }],
    [`-mode read ${SEQUENTIAL} -rows-per-request 7`, { reads: [`${SELECT} AND ck >= ? LIMIT 7`] }],
    [`-mode read ${SEQUENTIAL} -provide-upper-bound`, { reads: [`${SELECT} AND ck >= ? AND ck < ?`] }],
    [`-mode read ${SEQUENTIAL} -in-restriction -rows-per-request 3`, { reads: [`${SELECT} AND ck IN (?, ?, ?)`] }],
    [
      '-mode read -workload uniform -duration 1s -no-lower-bound -bypass-cache -extra-clause "USING TIMEOUT 5s"',
      { reads: [`${SELECT} LIMIT 1 BYPASS CACHE USING TIMEOUT 5s`] },
    ],
    [
      `-mode read ${SEQUENTIAL} -select-order-by none,asc,desc`,
      {
        reads: [
          `${SELECT} AND ck >= ? LIMIT 1`,
          `${SELECT} AND ck >= ? ORDER BY ck ASC LIMIT 1`,
          `${SELECT} AND ck >= ? ORDER BY ck DESC LIMIT 1`,
        ],
      },
    ],
    [`-mode mixed ${SEQUENTIAL}`, { write: INSERT, reads: [`${SELECT} AND ck >= ? LIMIT 1`] }],
    [
      `-mode counter_update ${SEQUENTIAL}`,
      {
        write:
          'UPDATE "scylla_bench"."test_counters" SET c1 = c1 + ?, c2 = c2 + ?, c3 = c3 + ?, c4 = c4 + ?, c5 = c5 + ? WHERE pk = ? AND ck = ?',
      },
    ],
    [`-mode counter_read ${SEQUENTIAL}`, { reads: [COUNTERS] }],
    [
      '-mode scan -bypass-cache -table t',
      { reads: ['SELECT pk, ck, v FROM "scylla_bench"."t" WHERE token(pk) >= ? AND token(pk) <= ? BYPASS CACHE'] },
    ],
  ])('of %s', (line, statements) => {
    expect(loadStatements(benchOf(line), 'scylla_bench')).toEqual(statements);
  });
});
