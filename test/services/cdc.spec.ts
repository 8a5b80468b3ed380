import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Client } from 'pg';
import { CdcReport } from '#libs/workloads/cdc/cdc.schema.js';
import { requireBuild, tidemark } from '../process/cli-program.js';

const url = process.env['TIDEMARK_TEST_POSTGRES'] ?? '';
const DATABASE = `cdc_${process.pid}`;
const LAG_MS = 200;

async function asked(database: string | undefined, text: string): Promise<Record<string, unknown>[]> {
  const place = new URL(url);
  if (database !== undefined) place.pathname = `/${database}`;
  const client = new Client({ connectionString: place.href });
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}

const isLogical = url !== '' && (await asked(undefined, 'SHOW wal_level'))[0]?.['wal_level'] === 'logical';

describe.skipIf(url === '')('the kind cdc on a real PostgreSQL', () => {
  beforeAll(async () => {
    requireBuild();
    await asked(undefined, `CREATE DATABASE ${DATABASE}`);
    // As a run that was killed leaves it: its slot has gone with its connection.
    await asked(DATABASE, 'CREATE PUBLICATION tidemark_cdc_killed');
  });
  afterAll(async () => {
    await asked(undefined, `DROP DATABASE ${DATABASE} WITH (FORCE)`);
  });

  /** The command with a simulated source; its summary. */
  async function cdc(words: string): Promise<{ report: CdcReport }> {
    const { hostname, port, username, password } = new URL(url);
    const sink = `--simulated --postgres-host ${hostname} --postgres-port ${port} --postgres-db ${DATABASE} --postgres-user ${username}`;
    const { out, errors } = await tidemark(`cdc --json ${sink} --sample 1 ${words}`.split(' '), {
      POSTGRES_PASSWORD: decodeURIComponent(password),
    }).ended;
    expect(out, errors).not.toBe('');
    const { summary } = JSON.parse(out);
    return { report: CdcReport.parse(summary.report) };
  }

  it.skipIf(!isLogical)(
    'by a slot: duplicates are counted one by one, a stall shows, and nothing is left behind',
    async () => {
      const { report } = await cdc(
        `--method slot --rate 200 --duration 3 --weights 1/0/0 --lag ${LAG_MS} --duplicates 0.1 --stall 1500ms/700ms --drain 20 --sink-table slotted`,
      );
      expect(report.method).toBe('slot');
      const { insert: written } = report.written;
      const { unknown } = report.outcomes;
      expect(report.outcomes).toEqual({ timed: written, superseded: 0, unknown, unverified: 0, lost: 0 });
      expect([report.verifiedShare, report.wrongRowCount, report.drained]).toEqual([1, 0, true]);
      expect(report.fromSend.minMs).toBeGreaterThan(LAG_MS - 20);
      expect(report.fromSend.minMs).toBeLessThan(LAG_MS + 400);
      expect(report.fromSend.maxMs).toBeGreaterThan(LAG_MS + 600);
      // Those that come after the last change was seen are not waited for.
      expect(report.simulated?.duplicated).toBeGreaterThan(0);
      expect(report.duplicates).toBeGreaterThan(0);
      expect(report.duplicates).toBeLessThanOrEqual(report.simulated?.duplicated ?? 0);
      expect(Math.abs(report.clock?.offsetMs ?? NaN)).toBeLessThan((report.clock?.errorMs ?? NaN) + 5);
      const left = await asked(
        DATABASE,
        'SELECT pubname AS name FROM pg_publication UNION SELECT slot_name FROM pg_replication_slots',
      );
      expect(left).toEqual([]);
    },
    120_000,
  );

  it('by polling: a mix of changes ends as it was written, deletes and all', async () => {
    const { report } = await cdc(
      `--method poll --poll-interval 20 --rate 300 --duration 3 --lag ${LAG_MS} --drain 20 --sink-table polled`,
    );
    expect(report.method).toBe('poll');
    const { insert, update, delete: deletes } = report.written;
    expect(Math.min(insert, update, deletes)).toBeGreaterThan(20);
    const { timed, superseded, unknown } = report.outcomes;
    expect(timed + superseded).toBe(insert + update + deletes);
    expect([report.wrongRowCount, report.duplicates, report.unexpectedDeletes]).toEqual([0, null, 0]);
    expect(report.verifiedShare).toBe(1);
    expect(report.fromSend.minMs).toBeGreaterThan(LAG_MS - 20);
    expect(report.pollGapMaxMs).toBeGreaterThan(0);
    const [row] = await asked(DATABASE, 'SELECT count(*)::int AS rows FROM polled');
    expect(Math.abs(Number(row?.['rows']) - (insert - deletes))).toBeLessThanOrEqual(unknown);
  }, 120_000);
});
