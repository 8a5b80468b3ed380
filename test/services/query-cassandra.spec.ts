import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { csvRows, RowTable } from '../csv-rows.js';
import { World } from '../process/harness.js';
import { realCassandra } from './cassandra.js';

const FILES = 10;
const ROWS = 500;
const ALL = FILES * ROWS;
const ENDED_WITHIN_MS = 90_000;

describe.skipIf(realCassandra === undefined)('a dataset in a real Cassandra, asked for by three executors', () => {
  const contactPoint = realCassandra ?? '';
  const keyspace = `t${process.pid}_${Date.now().toString(36)}_query`;
  let world: World;
  let table: RowTable;
  let data: string;
  let rows: [key: string, content: string][];
  beforeAll(async () => {
    data = mkdtempSync(join(tmpdir(), 'tidemark-query-'));
    world = await World.create();
    await world.api();
    for (const index of [0, 1, 2])
      await world.executor({ TIDEMARK_EXECUTOR_ID: `executor-${index}`, TIDEMARK_DATA_DIR: data });
    const made = await world.post({ kind: 'generate', spec: { dataset: 'rows', files: FILES, rowsPerFile: ROWS } });
    expect((await world.ended(made, ENDED_WITHIN_MS)).status).toBe('completed');
    rows = csvRows(join(data, 'rows'));
    table = new RowTable(contactPoint, keyspace);
    await table.fill(rows);
  }, 180_000);
  afterAll(async () => {
    await table.client.execute(`DROP KEYSPACE IF EXISTS ${keyspace}`);
    await table.close();
    await world.stop();
    rmSync(data, { recursive: true, force: true });
  });

  const query = async (spec: Record<string, unknown>) => {
    const id = await world.post({
      kind: 'query',
      target: { contactPoints: [contactPoint], localDatacenter: 'datacenter1', shared: true },
      spec: { dataset: 'rows', keyspace, ...spec },
      placement: { executors: 3 },
    });
    const run = await world.ended(id, ENDED_WITHIN_MS);
    const summary = await world.summary(id);
    const { report } = summary;
    if (report?.kind !== 'query') throw new Error(`the run has no report: ${run.problem?.detail ?? run.status}`);
    return { id, run, summary, report };
  };

  it('is found whole, every value as in the CSV', async () => {
    expect(rows.length).toBe(ALL);
    expect(await table.count()).toBe(ALL);
    const { run, summary, report } = await query({ check: { payload: true, fail: true } });
    expect(run.status, run.problem?.detail).toBe('completed');
    expect(report).toMatchObject({
      files: FILES,
      rowsRead: ALL,
      submitted: ALL,
      ok: ALL,
      timeouts: 0,
      errors: 0,
      missing: 0,
      different: 0,
      badRowCount: 0,
      notSubmitted: 0,
    });
    expect(summary.operations['QUERY']).toMatchObject({ completed: ALL, failed: 0, rows: ALL });
    expect(report.assignments.map(({ worker, files }) => [worker, files.length])).toEqual([
      [1, 4],
      [2, 3],
      [3, 3],
    ]);
    expect(new Set(report.assignments.flatMap(({ files }) => files)).size).toBe(FILES);
    expect(run.shards.map(({ completed }) => completed)).toEqual([4 * ROWS, 3 * ROWS, 3 * ROWS]);
  });

  it('shows the one row whose payload was spoiled, and the one that is gone', async () => {
    const [spoiled = ['', ''], gone = ['', '']] = [rows[1234], rows[4321]];
    const at = 2000;
    await table.write(spoiled[0], `${spoiled[1].slice(0, at)}#${spoiled[1].slice(at + 1)}`);
    await table.remove(gone[0]);
    try {
      const { run, summary, report } = await query({ check: { payload: true, fail: true } });
      expect(run.status).toBe('failed');
      expect(run.problem?.code).toBe('VALIDATION_MISMATCH');
      expect(report).toMatchObject({ submitted: ALL, ok: ALL - 2, errors: 2, missing: 1, different: 1 });
      expect(summary.operations['QUERY']?.errors).toEqual({ validation: 1, missing: 1 });
      expect(summary.mismatchCount).toBe(2);
      const hex = Buffer.from(spoiled[1].slice(at, at + 32)).toString('hex');
      expect(summary.mismatches).toEqual(
        expect.arrayContaining([
          {
            key: spoiled[0],
            column: 'content',
            expected: `${hex} (from byte ${at} of ${spoiled[1].length})`,
            found: `23${hex.slice(2)} (from byte ${at} of ${spoiled[1].length})`,
          },
          { key: gone[0], column: '*', expected: 'a row', found: null },
        ]),
      );
    } finally {
      await table.fill([spoiled, gone]);
    }
  });

  it('is asked for by an own statement, a sample of it, at a rate, in another order', async () => {
    const { run, summary, report } = await query({
      statement: `SELECT content FROM content_data WHERE sort_key = :id`,
      bind: ['sort_key'],
      consistencyLevel: 'ONE',
      order: { type: 'shuffled', windowRows: 500 },
      sampleShare: 0.2,
      rate: { model: 'open', ratePerSecond: 300 },
      check: { payload: true, fail: true },
    });
    expect(run.status, run.problem?.detail).toBe('completed');
    expect(report.submitted).toBe(ALL - report.skippedRows);
    expect(report.ok).toBe(report.submitted);
    expect(Math.abs(report.submitted / ALL - 0.2)).toBeLessThan(0.03);
    expect(summary.operations['QUERY']?.responseTime?.count).toBe(report.submitted);
    expect(summary.durationMs).toBeGreaterThan((report.submitted / 300) * 900);
  });
});
