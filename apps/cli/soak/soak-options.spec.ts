import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Option } from 'commander';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CodedError } from '#libs/contract/problem.js';
import { soakJob, type SoakOptions } from './soak-options.js';
import { SETTINGS } from './soak-settings.js';

const GIVEN: SoakOptions = { poisson: false, ignoreMismatches: false };

/** The manual's `.env`, with the two variables that only the program knows. */
const MANUAL = `
# --- CQL connectivity ---
export SCY_CONTACT_POINTS="127.0.0.1,127.0.0.2, 127.0.0.3"
export SCY_PORT=9043
export SCY_LOCAL_DC="AWS_US_EAST_1"
export SCY_USERNAME="scylla"
export SCY_PASSWORD='a "secret"'

export SCY_KEYSPACE="other_ks"
export SCY_TABLE="other_table"

export SCY_CLOUD_API_BASE="https://127.0.0.1:8443"
export SCY_CLOUD_TOKEN="token"
export SCY_ACCOUNT_ID="11"
export SCY_CLUSTER_ID="22"

export SCY_MIN_NODES=6
export SCY_MAX_NODES=9
export SCY_STABLE_SECS=600               # require 10m stability before flipping back
export SCY_POLL_SECS=20                  # How often to check node count

export SCY_WRITE_WORKERS=5
export SCY_READ_WORKERS=3                # reader threads
export SCY_READ_RPS=700
export SCY_BATCH_MIN=11
export SCY_BATCH_MAX=51
export SCY_BATCH_INFLIGHT=127
export SCY_BATCHES_PER_CYCLE=255
export SCY_BATCH_BIAS_HIGH=0
`;

const READ = {
  target: {
    contactPoints: ['127.0.0.1', '127.0.0.2', '127.0.0.3'],
    port: 9043,
    localDatacenter: 'AWS_US_EAST_1',
    username: 'scylla',
    password: 'a "secret"',
  },
  spec: {
    keyspace: 'other_ks',
    table: 'other_table',
    writers: 5,
    readers: 3,
    readRatePerSecond: 700,
    batchMin: 11,
    batchMax: 51,
    batchesInFlight: 127,
    batchesPerCycle: 255,
    batchSizes: 'uniform',
    scaler: {
      type: 'scylla-cloud',
      apiBase: 'https://127.0.0.1:8443',
      token: 'token',
      accountId: 11,
      clusterId: 22,
      minNodes: 6,
      maxNodes: 9,
      stableMs: 600_000,
      pollMs: 20_000,
    },
  },
  executors: 1,
  remarks: [],
};

const issuesOf = (job: () => unknown): string[] => {
  try {
    job();
    return [];
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    return error.issues.map(({ path, message }) => `${path}: ${message}`);
  }
};

describe('the settings of soak', () => {
  let folder: string;
  let envFile: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'tidemark-env-'));
    envFile = join(folder, '.env');
    writeFileSync(envFile, MANUAL);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('are called as commander calls their flags', () => {
    for (const [name, { flag }] of Object.entries(SETTINGS))
      expect(new Option(`${flag} <value>`).attributeName(), flag).toBe(name);
  });

  it('read every variable of the original', () => {
    expect(soakJob({ ...GIVEN, envFile }, {})).toMatchObject(READ);
    const variables = Object.values(SETTINGS).flatMap((setting) => ('variable' in setting ? [setting.variable] : []));
    const names = [...MANUAL.matchAll(/^export (\w+)=/gm)].map(([, name = '']) => name);
    expect(variables.toSorted()).toEqual(names.toSorted());
  });

  it('take flags before the file, and the file before the environment', () => {
    const environment = { SCY_READ_RPS: '1', SCY_BATCH_MAX: '99', SCY_OTHER: 'x', OTHER: 'y' };
    const given = {
      ...GIVEN,
      envFile,
      writers: '8',
      minNodes: '3',
      cycles: '2',
      duration: '1.5',
      scaler: 'scylla-cloud',
    };
    const { spec, remarks } = soakJob(given, environment);
    expect(spec).toMatchObject({
      writers: 8,
      readRatePerSecond: 700,
      batchMax: 51,
      durationMs: 1_500,
      scaler: { minNodes: 3, maxNodes: 9, cycles: 2 },
    });
    expect(remarks).toEqual(['SCY_OTHER is no variable of the resize tester: it is not used']);
    expect(soakJob({ ...GIVEN, envFile, scaler: 'none' }, environment).spec.scaler).toEqual({ type: 'none' });
    expect(soakJob(GIVEN, { SCY_BATCH_BIAS_HIGH: '1', SCY_PASSWORD: '' })).toMatchObject({
      spec: { batchSizes: 'high', scaler: { type: 'none' } },
      target: { contactPoints: ['127.0.0.1'], port: 9042 },
    });
  });

  it('take another scaler from a file, and its bounds from flags', () => {
    const scalerFile = join(folder, 'scaler.json');
    const script = (name: string) => ({ command: [name] });
    writeFileSync(
      scalerFile,
      JSON.stringify({ type: 'hook', scaleOut: script('out'), scaleIn: script('in'), minNodes: 3, stableMs: 1 }),
    );
    expect(soakJob({ ...GIVEN, scalerFile, maxNodes: '4', stable: '2' }, {}).spec.scaler).toMatchObject({
      type: 'hook',
      scaleOut: { command: ['out'] },
      minNodes: 3,
      maxNodes: 4,
      stableMs: 2_000,
    });
  });

  it('are refused all at once, by flag', () => {
    expect(issuesOf(() => soakJob({ ...GIVEN, writers: 'x', port: '70000', poolKeep: 'all' }, {}))).toEqual([
      '--writers: expected a number, found x',
      expect.stringMatching(/^--pool-keep: expected one of "latest", "sample"/),
      '--port: expected at most 65535, found 70000',
    ]);
    expect(issuesOf(() => soakJob({ ...GIVEN, writers: '2', threads: '2', executors: '3' }, {}))).toEqual([
      expect.stringMatching(/^--writers: expected at least one for each of the 6 lanes/),
    ]);
    const cloud = { ...GIVEN, accountId: '1', clusterId: '2', minNodes: '4' };
    expect(issuesOf(() => soakJob(cloud, {}))).toEqual([
      '--min-nodes: expected a multiple of the replication factor 3, found 4',
    ]);
    expect(issuesOf(() => soakJob({ ...GIVEN, envFile: join(folder, 'none') }, {}))).toEqual([
      expect.stringMatching(/^--env-file: expected a file of NAME=value lines, found ENOENT/),
    ]);
  });
});
