import { describe, expect, it } from 'vitest';
import { CodedError } from '#libs/contract/problem.js';
import type { LoadVariables } from './config.js';
import { loadRequest, type LoadOptions, placeOf } from './load-options.js';

const plain: LoadOptions = { header: true, type: [], skipCreate: false, restart: false };
const place = { dataset: 'data', pattern: '*.csv', lanes: 2 };
const request = (options: Partial<LoadOptions> = {}, variables: LoadVariables = {}) =>
  loadRequest({ ...plain, ...options }, variables, place);

const issuesOf = (options: Partial<LoadOptions>): string[] => {
  try {
    request(options);
    return [];
  } catch (error) {
    return error instanceof CodedError
      ? error.issues.map(({ path, message }) => `${path}: ${message}`)
      : [String(error)];
  }
};

describe('the flags of load', () => {
  it('are the load generator’s defaults when absent', () => {
    const { spec, target } = request();
    expect(target).toMatchObject({ contactPoints: ['127.0.0.1'], port: 9042 });
    expect(spec).toMatchObject({
      keyspace: 'content_db',
      table: 'content_data',
      consistencyLevel: 'LOCAL_QUORUM',
      batchSize: 1,
      skipCreate: false,
      create: { replication: { factor: 3 }, partitionKey: ['sort_key'], types: {} },
    });
  });

  it('win over variables, which win over defaults', () => {
    const variables = { SCYLLA_HOSTS: 'a, b', SCYLLA_PORT: '9142', SCYLLA_KEYSPACE: 'ks', SCYLLA_CONSISTENCY: 'one' };
    expect(request({}, variables)).toMatchObject({
      target: { contactPoints: ['a', 'b'], port: 9142 },
      spec: { keyspace: 'ks', consistencyLevel: 'ONE' },
    });
    expect(request({ hosts: 'c', port: 1, keyspace: 'other' }, variables)).toMatchObject({
      target: { contactPoints: ['c'], port: 1 },
      spec: { keyspace: 'other' },
    });
    for (const [text, header] of [
      ['False', false],
      ['0', false],
      ['yes', true],
    ] as const)
      expect(request({ header: true }, { CSV_HAS_HEADER: text }).spec.header, text).toBe(header);
  });

  it('say where the files are', () => {
    expect(placeOf({ ...plain, csvPattern: '../rows/**/w*.csv' }, { CSV_DIR: 'x' })).toEqual({
      folder: '../rows',
      pattern: '**/w*.csv',
    });
    expect(placeOf(plain, { CSV_DIR: 'x' })).toEqual({ folder: 'x', pattern: '*.csv' });
    expect(placeOf(plain, {})).toEqual({ folder: './data', pattern: '*.csv' });
  });

  it('say how the table and its rows are', () => {
    const { spec } = request({
      replication: 'dc1=3, dc2=2',
      type: ['k=int', 'at=timestamp'],
      partitionKey: 'k',
      clustering: 'at',
      timestampColumn: 'w',
      timestampUnit: 'ms',
      timeout: 2.5,
      restart: true,
    });
    expect(spec).toMatchObject({
      create: {
        replication: { datacenters: { dc1: 3, dc2: 2 } },
        partitionKey: ['k'],
        clustering: ['at'],
        types: { k: 'int', at: 'timestamp' },
      },
      timestamp: { column: 'w', unit: 'ms' },
      connection: { requestTimeoutMs: 2500 },
      existing: 'restart',
    });
  });

  it('are refused all at once, each by its own name', () => {
    const issues = issuesOf({ batchSize: 0, concurrency: 1.5, consistency: 'most', port: 0, type: ['k=list'], ttl: 0 });
    for (const flag of ['--batch-size', '--concurrency', '--consistency', '--port', '--type', '--ttl'])
      expect(
        issues.filter((issue) => issue.startsWith(`${flag}: expected`)),
        flag,
      ).toHaveLength(1);
  });
});
