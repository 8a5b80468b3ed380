import { readFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { requireBuild, tidemark } from './cli-program.js';

const LAG_MS = 200;

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
    let said = '';
    running.child.stderr?.on('data', (bytes: Buffer) => (said += bytes.toString()));
    // Its lines go to standard error beside --json.
    while (!/verifying by poll/.test(said) && running.child.exitCode === null) await sleep(20);
    const port = Number(/embedded PostgreSQL on 127\.0\.0\.1:(\d+)/.exec(said)?.[1]);
    const client = new Client({ host: '127.0.0.1', port, user: 'postgres', database: 'postgres' });
    await client.connect();
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
    expect(exitCode, errors).toBe(1);
    const { summary } = JSON.parse(out);
    const { report, operations } = summary;
    expect(report).toMatchObject({ kind: 'cdc', pipeline: 'simulated', method: 'poll', failedWrites: 0 });
    expect(report.written).toEqual({ insert: 200, update: 0, delete: 0 });
    const { lost } = report.simulated;
    expect(lost).toBeGreaterThan(0);
    expect(report.simulated.applied).toBe(200 - lost);
    // Whether it was seen before it was deleted is a matter of milliseconds.
    expect(report.outcomes.lost).toBe(lost + 1);
    expect(report.wrongRows).toEqual({ missing: lost + 1, reappeared: 0, stale: 0, different: 0 });
    expect(report.outcomes.timed + report.outcomes.superseded + report.outcomes.unverified + lost + 1).toBe(200);
    expect(report.outcomes.timed).toBeGreaterThan(150);
    // A look is never early, but for the clocks' grain; on a busy machine it may be late by much.
    expect(report.fromAck.minMs).toBeGreaterThan(LAG_MS - 20);
    expect(report.fromAck.minMs).toBeLessThan(LAG_MS + 800);
    expect(report.fromDue.p50Ms).toBeGreaterThanOrEqual(report.fromAck.p50Ms);
    // Beside the writes, not among them.
    expect(operations.total.completed).toBe(200);
    expect(operations.replication.failed).toBe(lost + 1);
    expect(operations.replication.serviceTime.count).toBeGreaterThanOrEqual(report.outcomes.timed);

    expect([summary.simulated, summary.verdict, summary.mismatchCount]).toEqual([true, 'failed', lost + 1]);
    const missed = summary.thresholds.filter(({ passed }: { passed: boolean }) => !passed);
    const names = missed.map(({ threshold }: { threshold: { metric: string } }) => threshold.metric);
    expect(names).toEqual(
      expect.arrayContaining(['report.verifiedShare', 'report.outcomes.lost', 'report.wrongRowCount']),
    );
    const lines = readFileSync(wrongRows, 'utf8').trimEnd().split('\n');
    expect(lines[0]).toBe('key,seq,change,wrong,expected,found');
    expect(lines).toHaveLength(lost + 2);
    expect(lines.filter((line) => line.startsWith(`${deleted},`))).toHaveLength(1);
  }, 240_000);
});
