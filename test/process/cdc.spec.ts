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
});
