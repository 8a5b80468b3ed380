import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CodedError } from '#libs/contract/problem.js';
import { queryJob, type QueryOptions } from './query-options.js';

const options = (change: Partial<QueryOptions> = {}): QueryOptions => ({
  header: true,
  dryRun: false,
  shuffle: false,
  open: false,
  checkPayload: false,
  failOnMismatch: false,
  ...change,
});

const jobOf = (change: Partial<QueryOptions> = {}, environment: Record<string, string> = {}) =>
  queryJob(options(change), environment, (_csvDir, lanes) => ({ dataset: 'data', lanes }));

const issuesOf = (change: Partial<QueryOptions>, environment: Record<string, string> = {}): string[] => {
  try {
    jobOf(change, environment);
    return [];
  } catch (error) {
    return error instanceof CodedError
      ? error.issues.map(({ path, message }) => `${path}: ${message}`)
      : [String(error)];
  }
};

/** The load generator's `.env`, every variable of it. */
const VARIABLES = {
  CSV_DIR: './rows',
  FILE_GLOB: 'worker*.csv',
  SORT_KEY_COLUMN: 'id',
  CSV_HAS_HEADER: 'false',
  WORKER_COUNT: '5',
  BATCH_SIZE: '10',
  QUEUE_SIZE: '20',
  CONCURRENCY: '30',
  QUERY_TIMEOUT_SECS: '2.5',
  METRICS_INTERVAL_SECS: '1',
  SCYLLA_HOSTS: '127.0.0.1, 127.0.0.2',
  SCYLLA_PORT: '9043',
  SCYLLA_KEYSPACE: 'ks',
  SCYLLA_TABLE: 'rows',
  SCYLLA_USERNAME: 'scylla',
  SCYLLA_PASSWORD: 'secret',
  SCYLLA_CONSISTENCY: 'quorum',
  REGION: 'eu-west-1',
};

describe('the settings of query', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'tidemark-env-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('say what is between fields', () => {
    expect(jobOf().spec.csv).toMatchObject({ header: true, delimiter: ',' });
    expect(jobOf({ delimiter: ';' }).spec.csv).toMatchObject({ header: true, delimiter: ';' });
    expect(issuesOf({ delimiter: ';;' })).toEqual([expect.stringMatching(/^--delimiter: /)]);
  });

  it('have the defaults of the original', () => {
    const { spec, target, ...rest } = jobOf();
    expect(rest).toEqual({ csvDir: './data', workerCount: 3, region: 'local' });
    expect(spec).toMatchObject({
      fileGlob: '*.csv',
      keyColumn: 'sort_key',
      csv: { header: true },
      lanes: 3,
      batchSize: 100,
      queueSize: 1000,
      concurrency: 50,
      timeoutMs: 5000,
      log: { metricsEveryMs: 5000 },
      keyspace: 'content_db',
      table: 'content_data',
      consistencyLevel: 'LOCAL_QUORUM',
    });
    expect(target).toMatchObject({ contactPoints: ['127.0.0.1'], port: 9042 });
    expect(target.username).toBeUndefined();
  });

  const read = {
    csvDir: './rows',
    workerCount: 5,
    region: 'eu-west-1',
    spec: {
      fileGlob: 'worker*.csv',
      keyColumn: 'id',
      csv: { header: false },
      lanes: 5,
      batchSize: 10,
      queueSize: 20,
      concurrency: 30,
      timeoutMs: 2500,
      log: { metricsEveryMs: 1000 },
      keyspace: 'ks',
      table: 'rows',
      consistencyLevel: 'QUORUM',
    },
    target: { contactPoints: ['127.0.0.1', '127.0.0.2'], port: 9043, username: 'scylla', password: 'secret' },
  };

  it('are read from every variable of the original, in the environment or a file', () => {
    expect(jobOf({}, VARIABLES)).toMatchObject(read);
    const envFile = join(folder, '.env');
    const lines = Object.entries(VARIABLES).map(([name, value]) => `${name}="${value}"`);
    writeFileSync(envFile, `# the load generator's\n${lines.join('\n')}\n`);
    expect(jobOf({ envFile })).toMatchObject(read);
    expect(jobOf({ envFile, workerCount: '2' }, { SCYLLA_TABLE: 'other' })).toMatchObject({
      workerCount: 2,
      spec: { table: 'rows', keyspace: 'ks' },
    });
  });

  it('take an empty variable for none', () => {
    const { target, spec } = jobOf({}, { SCYLLA_USERNAME: '', BATCH_SIZE: '' });
    expect(target.username).toBeUndefined();
    expect(spec.batchSize).toBe(100);
  });

  it('make a rate a cap, or a schedule', () => {
    expect(jobOf({ rate: '500' }).spec.rate).toEqual({ model: 'closed', throttlePerSecond: 500 });
    expect(jobOf({ rate: '500', open: true }).spec.rate).toMatchObject({ model: 'open', ratePerSecond: 500 });
  });

  it('are refused all at once, by flag', () => {
    expect(issuesOf({ workerCount: '0', batchSize: 'many', consistency: 'most' }, { SCYLLA_PORT: '70000' })).toEqual([
      '--batch-size: expected a number, found many',
      expect.stringMatching(/^--consistency: expected one of "ANY", /),
      '--worker-count: expected at least 1, found 0',
      '--port: expected at most 65535, found 70000',
    ]);
    expect(issuesOf({ envFile: join(folder, 'none') })).toEqual([
      expect.stringMatching(/^--env-file: expected a file of NAME=value lines, found ENOENT/),
    ]);
  });
});
