import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Client } from 'pg';
import { CdcReport } from '#libs/workloads/cdc/cdc.schema.js';
import { requireBuild, tidemark } from '../process/cli-program.js';
import { World } from '../process/harness.js';
import { Spare } from './spare.js';

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
    'by a slot, on two executors: each follows its own rows, duplicates are counted, a stall shows, nothing is left behind',
    async () => {
      const world = await World.create({ TIDEMARK_START_DELAY_MS: '100', TIDEMARK_POLL_MS: '50' });
      try {
        await world.service(2);
        const { hostname, port, username, password } = new URL(url);
        const sink = {
          host: hostname,
          port: Number(port),
          database: DATABASE,
          username,
          password: decodeURIComponent(password),
        };
        const pipeline = { type: 'embedded', duplicateShare: 0.1, stall: { everyMs: 1_500, forMs: 700 } };
        const spec = {
          ratePerSecond: 200,
          durationMs: 3_000,
          weights: { insert: 1, update: 0, delete: 0 },
          table: { sinkTable: 'slotted' },
          verification: { sampleShare: 1, method: 'slot', drainDeadlineMs: 20_000 },
          pipeline: { ...pipeline, lag: { type: 'constant', ms: LAG_MS } },
        };
        const id = await world.post({
          kind: 'cdc',
          spec,
          target: { contactPoints: [], sink },
          placement: { executors: 2 },
        });
        const run = await world.ended(id, 90_000);
        expect(run.status, JSON.stringify(run.problem)).toBe('completed');
        const { operations, ...summary } = await world.summary(id);
        const report = CdcReport.parse(summary.report);
        expect(report.method).toBe('slot');
        const { insert: written } = report.written;
        const { unknown } = report.outcomes;
        expect(report.outcomes).toEqual({ timed: written, superseded: 0, unknown, unverified: 0, lost: 0 });
        expect([report.verifiedShare, report.wrongRowCount, report.drained]).toEqual([1, 0, true]);
        expect([report.sampledKeys, report.unexpectedDeletes]).toEqual([written + unknown, 0]);
        expect(report.fromSend.minMs).toBeGreaterThan(LAG_MS - 20);
        expect(report.fromSend.minMs).toBeLessThan(LAG_MS + 400);
        expect(report.fromSend.maxMs).toBeGreaterThan(LAG_MS + 600);
        // Of the changes of both executors, as the merged histograms of the intervals have it.
        const { serviceTime } = operations['replication'] ?? {};
        expect([report.fromAck.count, report.negativeFromAck]).toEqual([written, 0]);
        expect(report.fromAck.p95Ms).toBeCloseTo(serviceTime?.p95Ms ?? NaN, 3);
        // Those that come after the last change was seen are not waited for.
        expect(report.simulated?.duplicated).toBeGreaterThan(0);
        expect(report.duplicates).toBeGreaterThan(0);
        expect(report.duplicates).toBeLessThanOrEqual(report.simulated?.duplicated ?? 0);
        expect(Math.abs(report.clock?.offsetMs ?? NaN)).toBeLessThan((report.clock?.errorMs ?? NaN) + 5);
        const left = () =>
          asked(
            DATABASE,
            'SELECT pubname AS name FROM pg_publication UNION SELECT slot_name FROM pg_replication_slots WHERE database = current_database()',
          );
        await expect.poll(left, { timeout: 20_000 }).toEqual([]);
      } finally {
        await world.stop();
      }
    },
    180_000,
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

/** A certificate for an address alone, as a server without a name has it, and its key. */
function certificate(folder: string, name: string): { key: string; cert: string } {
  const [key, cert] = [join(folder, `${name}.key`), join(folder, `${name}.pem`)];
  const what = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  const whose = ['-subj', `/CN=${name}`, '-addext', 'subjectAltName=IP:127.0.0.1'];
  execFileSync('openssl', ['req', ...what, ...whose, '-keyout', key, '-out', cert], { stdio: 'ignore' });
  return { key, cert };
}

describe.skipIf(url === '')('the kind cdc on a PostgreSQL that speaks TLS', () => {
  let folder: string;
  let server: Spare;
  let ca: string;
  let client: Client;
  beforeAll(async () => {
    requireBuild();
    folder = mkdtempSync(join(tmpdir(), 'tidemark-cdc-tls-'));
    server = await Spare.start('postgres');
    client = new Client({ connectionString: server.url });
    await client.connect();
    const { key, cert } = certificate(folder, 'postgres');
    ca = cert;
    // Written by the server itself, which reads them as a user of its own, and only where nobody else may.
    for (const [name, file] of [
      ['server.key', key],
      ['server.crt', cert],
    ] as const)
      await client.query(
        `COPY (SELECT regexp_split_to_table('${readFileSync(file, 'utf8')}', E'\\n')) TO PROGRAM 'umask 077; cat > ${name}'`,
      );
    await client.query('ALTER SYSTEM SET ssl = on');
    await client.query('SELECT pg_reload_conf()');
  });
  afterAll(async () => {
    await client?.query('DROP TABLE IF EXISTS marked');
    await client?.query('ALTER SYSTEM RESET ssl');
    await client?.end();
    await server?.stop();
    rmSync(folder, { recursive: true });
  });

  const cdc = (words: string, trusted: string) => {
    const { port, pathname, username, password } = new URL(server.url);
    const sink = `--simulated --postgres-host 127.0.0.1 --postgres-port ${port} --postgres-db ${pathname.slice(1)} --postgres-user ${username}`;
    return tidemark(`cdc --json ${sink} --postgres-tls-ca ${trusted} --sample 1 ${words}`.split(' '), {
      POSTGRES_PASSWORD: decodeURIComponent(password),
    });
  };

  it('trusts the authority it is given alone, and follows rows that are marked as deleted by its log', async () => {
    const running = cdc(
      '--method slot --rate 100 --duration 3 --weights 6/2/2 --lag 100 --drain 20 --sink-table marked --deleted-column is_gone',
      ca,
    );
    const seen = new Map<string, boolean>();
    while (running.child.exitCode === null) {
      const { rows } = await client.query(
        "SELECT backend_type AS type, ssl FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE application_name LIKE 'tidemark%'",
      );
      for (const { type, ssl } of rows) seen.set(type, (seen.get(type) ?? true) && ssl === true);
      await sleep(50);
    }
    const { out, errors } = await running.ended;
    expect(out, errors).not.toBe('');
    const report = CdcReport.parse(JSON.parse(out).summary.report);
    expect(Object.fromEntries(seen)).toEqual({ 'client backend': true, walsender: true });
    const { insert, update, delete: deletes } = report.written;
    const { timed, superseded, unverified, lost } = report.outcomes;
    expect(Math.min(insert, update, deletes)).toBeGreaterThan(0);
    expect([report.method, timed + superseded, unverified, lost]).toEqual(['slot', insert + update + deletes, 0, 0]);
    expect([report.wrongRowCount, report.unexpectedDeletes]).toEqual([0, 0]);
    const { rows } = await client.query('SELECT count(*)::int AS count FROM marked WHERE is_gone');
    expect(Math.abs(rows[0]?.count - deletes)).toBeLessThanOrEqual(report.outcomes.unknown);

    const refused = await cdc('--duration 1', certificate(folder, 'other').cert).ended;
    expect(refused.errors).toMatch(
      /TARGET_UNREACHABLE: PostgreSQL 127\.0\.0\.1:\d+\/\w+ could not be reached: .*certif/,
    );
  }, 120_000);
});
