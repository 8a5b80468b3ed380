import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Option } from 'commander';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CodedError } from '#libs/contract/problem.js';
import { zookeeperJob, type ZookeeperOptions } from './zookeeper-options.js';
import { SETTINGS } from './zookeeper-settings.js';

const GIVEN: ZookeeperOptions = { open: false, poisson: false, tls: false, tlsVerify: true };

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tidemark-zookeeper-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function issuesOf(work: () => unknown): string[] {
  try {
    work();
    return [];
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    return (error.issues ?? []).map(({ path, message }) => `${path}: ${message}`);
  }
}

describe('the settings', () => {
  it('are called as commander calls their flags', () => {
    for (const [name, { flag }] of Object.entries(SETTINGS))
      expect(new Option(`${flag} <value>`).attributeName(), flag).toBe(name);
  });
});

describe('zookeeperJob', () => {
  it('reads the example of the original’s manual', () => {
    const { spec, target, files, remarks } = zookeeperJob(
      {
        ...GIVEN,
        hosts: '127.0.0.1:2181,127.0.0.2:2182/app',
        kazooHandler: 'gevent',
        minWait: '150',
        maxWait: '300',
        statsCollect: '500',
        zkMetricsCollect: '500',
        reportDir: '../my-report-3',
      },
      [
        '--bench-step-duration',
        '15',
        '--reset-stats',
        '--no-web',
        '-c',
        '256',
        '-r',
        '64',
        '-t',
        '1m30s',
        '-f',
        'x/locust_set_and_get.py',
      ],
      {},
    );
    expect(spec).toMatchObject({
      taskSet: 'set_and_get',
      clients: 256,
      spawnPerSecond: 64,
      durationMs: 90_000,
      waitMs: { min: 150, max: 300 },
      log: { intervalMs: 500 },
      metrics: { intervalMs: 500, source: 'mntr' },
      stats: { series: true, distributions: true },
      bench: { 'step-duration': '15' },
    });
    expect(target.connectString).toBe('127.0.0.1:2181,127.0.0.2:2182/app');
    expect(files.reportDir).toBe('../my-report-3');
    expect(remarks.join('\n')).toMatch(/--reset-stats .*\n--no-web .*\n--kazoo-handler gevent has no meaning here/);
  });

  it('takes flags before the file, and the file before the environment', () => {
    const envFile = join(folder, '.env');
    writeFileSync(
      envFile,
      [
        'ZK_LOCUST_HOSTS=127.0.0.1:1',
        'ZK_LOCUST_PSEUDO_ROOT=/from-file',
        'ZK_LOCUST_KEY_SIZE=12',
        'ZK_LOCUST_VAL_SIZE=',
        'ZK_LOCUST_EXCEPTION_BEHAVIOR=propagate',
        'ZK_LOCUST_BENCH_THE_ANSWER=42',
        `KAZOO_LOCUST_SASL_OPTIONS='{"mechanism": "DIGEST-MD5", "username": "u", "password": "p"}'`,
      ].join('\n'),
    );
    const environment = { ZK_LOCUST_HOSTS: '127.0.0.1:2', ZK_LOCUST_VAL_SIZE: '100', ZK_LOCUST_BENCH_THE_ANSWER: '1' };
    const options = { ...GIVEN, envFile, keySize: '16', weights: 'get=3,set=1', operations: '10' };
    const { spec, target } = zookeeperJob(options, [], environment);
    expect(target).toMatchObject({ connectString: '127.0.0.1:1', username: 'u', password: 'p' });
    expect(spec).toMatchObject({
      pseudoRoot: '/from-file',
      keySizeBytes: 16,
      valueSizeBytes: 100,
      errors: 'fail',
      login: 'sasl',
      weights: { get: 3, set: 1 },
      bench: { 'the-answer': '42' },
    });
  });

  it('refuses with every problem at once, by flag', () => {
    const options = {
      ...GIVEN,
      hosts: 'a:b',
      keySize: 'x',
      weights: 'delete=1',
      minWait: '5',
      maxWait: '3',
      kazooSaslOptions: '{"mechanism":"GSSAPI"}',
    };
    const words = ['--csv', 'out', '-f', 'locust_sequence.py'];
    const issues = issuesOf(() => zookeeperJob(options, words, { KAZOO_LOCUST_CREATE_CLIENT: 'x = 1' }));
    for (const expected of [
      /^--csv: expected -c, -r/,
      /^-f: expected one task set, .* tidemark suite --preset zookeeper-sequence/,
      /^--kazoo-sasl-options mechanism: expected "DIGEST-MD5", found "GSSAPI"/,
      /^--key-size: expected a number, found x/,
      /^KAZOO_LOCUST_CREATE_CLIENT: expected nothing/,
      /^--max-wait: expected max not below min/,
      /^--weights: expected create_ephemeral beside delete/,
      /^--duration: expected durationMs, operations, or both/,
      /^--hosts: connect string 'a:b'/,
    ])
      expect(issues).toEqual(expect.arrayContaining([expect.stringMatching(expected)]));
  });
});
