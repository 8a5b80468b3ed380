import { readFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { requireBuild, type Running, tidemark } from './cli-program.js';

const LAG_MS = 200;
const EVERY_TYPE = ['text', 'int', 'bigint', 'double', 'boolean', 'timestamp', 'uuid', 'map'].map(
  (type) => `a_${type}`,
);
/** A table with every type, and names of its own on either side. */
const ORDERS = {
  keyspace: 'shop',
  table: 'placed',
  key: 'id',
  seq: 'version',
  sinkTable: 'orders',
  sinkKey: 'order_id',
  sinkSeq: '_version',
  columns: [
    { name: 'code', type: 'text', sinkName: 'kept', updated: false, sizeBytes: 40 },
    ...EVERY_TYPE.map((name) => ({ name, type: name.slice(2) })),
  ],
};

/** A client of the PostgreSQL that a run brings along, once changes are followed. */
async function embeddedPostgres(running: Running): Promise<Client> {
  let said = '';
  running.child.stderr?.on('data', (bytes: Buffer) => (said += bytes.toString()));
  // Its lines go to standard error beside --json.
  while (!/verifying by poll/.test(said) && running.child.exitCode === null) await sleep(20);
  const port = Number(/embedded PostgreSQL on 127\.0\.0\.1:(\d+)/.exec(said)?.[1]);
  const client = new Client({ host: '127.0.0.1', port, user: 'postgres', database: 'postgres' });
  await client.connect();
  return client;
}

describe('tidemark cdc without any server', () => {
  let folder: string;
  beforeAll(() => {
    requireBuild();
    folder = mkdtempSync(join(tmpdir(), 'tidemark-cdc-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('recovers the lag of its pipeline, and finds every loss and a row deleted behind its back', async () => {
    const wrongRows = join(folder, 'wrong.csv');
    const words = `cdc --json --duration 4 --rate 50 --weights 1/0/0 --lag ${LAG_MS} --loss 0.1 --drain 5 --wrong-rows ${wrongRows}`;
    const running = tidemark(words.split(' '));
    const client = await embeddedPostgres(running);
    let deleted: string | undefined;
    while (deleted === undefined) {
      const { rows } = await client.query(
        'DELETE FROM cdc_users WHERE id = (SELECT min(id::text)::uuid FROM cdc_users) RETURNING id',
      );
      deleted = rows[0]?.id;
      await sleep(20);
    }
    await client.end();

    const { exitCode, out, errors } = await running.ended;
    const { summary } = JSON.parse(out);
    // A measurement on a machine that is busy elsewhere may not be fit to be believed.
    expect(exitCode, errors).toBe(summary.validity.level === 'invalid' ? 4 : 3);
    const { report, operations } = summary;
    expect(report).toMatchObject({ kind: 'cdc', pipeline: 'simulated', method: 'poll', failedWrites: 0 });
    const { insert: written } = report.written;
    const { timed, superseded, unknown, unverified, lost } = report.outcomes;
    // On a machine that is busy elsewhere not every write is begun, or answered, in time.
    expect(written).toBeGreaterThan(100);
    expect(timed + superseded + unverified + lost).toBe(written);
    expect([superseded, report.sampledChanges]).toEqual([0, written + unknown]);
    expect(report.simulated.lost).toBeGreaterThan(0);
    // Exactly those, and the deleted row; what was lost of a write without an answer is nobody's loss.
    expect(lost).toBeLessThanOrEqual(report.simulated.lost + 1);
    expect(lost).toBeGreaterThanOrEqual(report.simulated.lost + 1 - unknown);
    expect(report.wrongRows).toEqual({ missing: lost, reappeared: 0, stale: 0, different: 0 });
    expect(timed).toBeGreaterThan(written / 2);
    // A look is never early, but for the clocks' grain; on a busy machine it may be late by much.
    expect(report.fromSend.minMs).toBeGreaterThan(LAG_MS - 20);
    expect(report.fromSend.minMs).toBeLessThan(LAG_MS + 800);
    expect(report.fromDue.p50Ms).toBeGreaterThanOrEqual(report.fromAck.p50Ms);
    // Beside the writes, not among them.
    expect(operations.total.completed).toBe(written);
    expect(operations.replication.failed).toBe(lost);

    expect([summary.simulated, summary.verdict, summary.mismatchCount]).toEqual([true, 'failed', lost]);
    const missed = summary.thresholds.filter(({ passed }: { passed: boolean }) => !passed);
    const names = missed.map(({ threshold }: { threshold: { metric: string } }) => threshold.metric);
    expect(names).toEqual(
      expect.arrayContaining(['report.verifiedShare', 'report.outcomes.lost', 'report.wrongRowCount']),
    );
    const lines = readFileSync(wrongRows, 'utf8').trimEnd().split('\n');
    expect(lines[0]).toBe('key,seq,change,wrong,expected,found');
    expect(lines).toHaveLength(lost + 1);
    expect(lines.filter((line) => line.startsWith(`${deleted},`))).toHaveLength(1);
  }, 240_000);

  it('follows another table than users, whose deleted rows are marked and not removed', async () => {
    const tableFile = join(folder, 'table.json');
    writeFileSync(tableFile, JSON.stringify(ORDERS));
    const words = `cdc --json --duration 3 --rate 60 --weights 6/2/2 --lag 100 --drain 20 --table-file ${tableFile} --deleted-column is_gone`;
    const running = tidemark(words.split(' '));
    const client = await embeddedPostgres(running);
    // A row that is marked comes back behind the run's back.
    let unmarked: string | undefined;
    while (unmarked === undefined && running.child.exitCode === null) {
      const { rows } = await client.query(
        'UPDATE orders SET is_gone = false WHERE order_id = (SELECT min(order_id::text)::uuid FROM orders WHERE is_gone) RETURNING order_id',
      );
      unmarked = rows[0]?.order_id;
      await sleep(20);
    }
    const { rows: columns } = await client.query(
      "SELECT column_name AS name FROM information_schema.columns WHERE table_name = 'orders' ORDER BY ordinal_position",
    );
    await client.end();
    expect(columns.map(({ name }) => name)).toEqual(['order_id', '_version', 'kept', ...EVERY_TYPE, 'is_gone']);

    const { out, errors } = await running.ended;
    const { report } = JSON.parse(out).summary;
    expect(report, errors).toMatchObject({ method: 'poll', failedWrites: 0, wrongRowCount: 1 });
    expect(report.wrongRows).toEqual({ missing: 0, reappeared: 1, stale: 0, different: 0 });
    const { insert, update, delete: deletes } = report.written;
    expect(Math.min(insert, update, deletes)).toBeGreaterThan(0);
    const { timed, superseded, unverified, lost } = report.outcomes;
    expect([timed + superseded, unverified, lost]).toEqual([insert + update + deletes - 1, 0, 1]);
  }, 240_000);
});
