import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CodedError } from '#libs/contract/problem.js';
import { cdcJob, type CdcOptions } from './cdc-options.js';

const GIVEN: CdcOptions = {
  simulated: false,
  scyllaLog: false,
  poisson: false,
  create: true,
  postgresTls: false,
  postgresTlsVerify: true,
};

const jobOf = (change: Partial<CdcOptions> = {}, environment: Record<string, string> = {}) =>
  cdcJob({ ...GIVEN, ...change }, environment);

function issuesOf(change: Partial<CdcOptions>, environment: Record<string, string> = {}): string[] {
  try {
    jobOf(change, environment);
    return [];
  } catch (error) {
    return error instanceof CodedError
      ? error.issues.map(({ path, message }) => `${path}: ${message}`)
      : [String(error)];
  }
}

/** The original's .env, as its README has it. */
const ORIGINAL = [
  'CASSANDRA_HOST=127.0.0.5',
  'CASSANDRA_PORT=9142',
  'CASSANDRA_KEYSPACE=shop',
  'CASSANDRA_USERNAME=cassandra',
  'CASSANDRA_PASSWORD=secret',
  'POSTGRES_HOST=127.0.0.6',
  'POSTGRES_PORT=5433',
  'POSTGRES_DB=shop_db',
  'POSTGRES_USER=cdc_user',
  'POSTGRES_PASSWORD=other',
  'TARGET_EVENTS_PER_SECOND=2000',
  'MAX_LATENCY_P95_MS=1500',
  'MAX_LATENCY_P99_MS=4000',
  'VERIFICATION_SAMPLE_RATE=0.05',
].join('\n');

describe('the settings of the CDC benchmark', () => {
  it('are read from its .env, and flags win over it', () => {
    const folder = mkdtempSync(join(tmpdir(), 'tidemark-env-'));
    const envFile = join(folder, '.env');
    writeFileSync(envFile, ORIGINAL);
    try {
      const { spec, target, thresholds } = jobOf({ envFile, rate: '3000' }, { CASSANDRA_PORT: '1' });
      expect(target).toMatchObject({
        contactPoints: ['127.0.0.5'],
        port: 9142,
        username: 'cassandra',
        password: 'secret',
        sink: { host: '127.0.0.6', port: 5433, database: 'shop_db', username: 'cdc_user', password: 'other' },
      });
      expect(spec).toMatchObject({
        ratePerSecond: 3000,
        durationMs: 60_000,
        table: { keyspace: 'shop', table: 'users', sinkTable: 'cdc_users' },
        verification: { sampleShare: 0.05, method: 'auto' },
        pipeline: { type: 'external' },
      });
      const limits = Object.fromEntries(
        thresholds.map(({ metric, operator, value }) => [metric, `${operator} ${value}`]),
      );
      expect(limits).toEqual({
        'report.eventsPerSecond': '>= 2970',
        'report.errorShare': '< 0.001',
        'report.fromAck.p95Ms': '<= 1500',
        'report.fromAck.p99Ms': '<= 4000',
        'report.verifiedShare': '> 0.99',
        'report.outcomes.lost': '<= 0',
        'report.wrongRowCount': '<= 0',
      });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('without any host make a simulated pipeline, with its script', () => {
    const { spec, target } = jobOf({
      lag: '50:400',
      loss: '0.01',
      stall: '10s/500ms',
      weights: '5/4/1',
      duration: '2m',
    });
    expect(target).toMatchObject({ contactPoints: [] });
    expect(target.sink).toBeUndefined();
    expect(spec).toMatchObject({
      ratePerSecond: 500,
      durationMs: 120_000,
      weights: { insert: 5, update: 4, delete: 1 },
      pipeline: {
        type: 'embedded',
        lag: { type: 'lognormal', medianMs: 50, p99Ms: 400 },
        lossShare: 0.01,
        stall: { everyMs: 10_000, forMs: 500 },
      },
    });
  });

  it('may name another table, rows that are marked in place of being deleted, and TLS', () => {
    const folder = mkdtempSync(join(tmpdir(), 'tidemark-table-'));
    const [tableFile, postgresTlsCa] = [join(folder, 'table.json'), join(folder, 'ca.pem')];
    const columns = [{ name: 'amount', type: 'bigint', sinkName: 'Amount' }];
    try {
      writeFileSync(tableFile, JSON.stringify({ table: 'orders', columns: [{ name: 'amount', type: 'bigint' }] }));
      writeFileSync(postgresTlsCa, 'PEM');
      const { spec, target } = jobOf({
        tableFile,
        postgresTlsCa,
        keyspace: 'shop',
        deletedColumn: 'gone',
        postgresHost: 'h',
      });
      expect(spec.table).toMatchObject({ keyspace: 'shop', table: 'orders', deletedColumn: 'gone', create: true });
      expect(spec.table.columns.map(({ name }) => name)).toEqual(['amount']);
      expect(target.sink?.tls).toEqual({ caPem: 'PEM', verify: true });
      expect(jobOf({ postgresHost: 'h', postgresTlsVerify: false }).target.sink?.tls).toEqual({ verify: false });
      expect(jobOf({ postgresHost: 'h' }).target.sink?.tls).toBeUndefined();

      writeFileSync(tableFile, JSON.stringify({ columns }));
      expect(issuesOf({ tableFile })).toEqual([expect.stringMatching(/^--table-file: expected a lower-case name/)]);
      expect(issuesOf({ tableFile: folder, postgresTlsCa: folder })).toEqual([
        expect.stringMatching(/^--table-file: expected a file that can be read, found EISDIR/),
        expect.stringMatching(/^--postgres-tls-ca: expected a file that can be read, found EISDIR/),
      ]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('may simulate the source alone', () => {
    const { spec, target } = jobOf({ simulated: true, postgresHost: '127.0.0.1', lag: '20' });
    expect([spec.pipeline.type, target.contactPoints, target.sink?.host]).toEqual(['embedded', [], '127.0.0.1']);
  });

  it('are refused with all that is wrong, by flag', () => {
    expect(
      issuesOf({ cassandraHost: 'h', rate: 'many', duration: '5 years', weights: '1/2', lag: '5', sample: '2' }),
    ).toEqual([
      '--weights: expected insert/update/delete, found 1/2',
      '--rate: expected a number, found many',
      '--duration: expected a time such as 90, 90s or 5m, found 5 years',
      '--simulated: expected it beside lag, for a real pipeline has no script; found a real one',
      expect.stringMatching(/^--sample: /),
    ]);
  });
});
