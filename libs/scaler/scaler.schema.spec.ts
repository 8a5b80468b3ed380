import { describe, expect, it } from 'vitest';
import { boundIssues, scalerUrls, ScalerSpec } from './scaler.schema.js';

const cloud = { type: 'scylla-cloud', accountId: 1, clusterId: 2 };

describe('ScalerSpec', () => {
  it('has the defaults of the tool that it replaces', () => {
    expect(ScalerSpec.parse(cloud)).toMatchObject({
      apiBase: 'https://api.cloud.scylladb.com',
      minNodes: 3,
      maxNodes: 6,
      pollMs: 20_000,
      stableMs: 600_000,
    });
  });

  it.each([
    [{ ...cloud, minNodes: 6, maxNodes: 6 }, 'maxNodes', /more nodes than minNodes/],
    [{ ...cloud, apiBase: 'ftp://x' }, 'apiBase', /http/],
    [{ ...cloud, token: 'with blank' }, 'token', /printable/],
    [{ ...cloud, polSecs: 3 }, '', /polSecs/],
  ])('refuses %j', (given, path, message) => {
    const { error } = ScalerSpec.safeParse(given);
    expect(error?.issues[0]?.path.join('.')).toBe(path);
    expect(error?.issues[0]?.message).toMatch(message);
  });
});

describe('boundIssues', () => {
  it('refuses every bound that the replication factor does not divide', () => {
    const scaler = ScalerSpec.parse({ ...cloud, minNodes: 4, maxNodes: 7 });
    expect(boundIssues(scaler, 3)).toEqual([
      { path: 'spec.scaler.minNodes', message: 'expected a multiple of the replication factor 3, found 4' },
      { path: 'spec.scaler.maxNodes', message: 'expected a multiple of the replication factor 3, found 7' },
    ]);
    expect(boundIssues(ScalerSpec.parse(cloud), 3)).toEqual([]);
  });

  it('lets a ring without that rule grow by single nodes, though not below its copies', () => {
    const bounds = { minNodes: 2, maxNodes: 4 };
    const scaler = ScalerSpec.parse({ type: 'simulated', controlUrl: 'http://127.0.0.1:1', ...bounds });
    expect(boundIssues(scaler, 3).map(({ path }) => path)).toEqual(['spec.scaler.minNodes']);
  });
});

describe('scalerUrls', () => {
  it('names what has to be allowed, the public API apart', () => {
    expect(scalerUrls(ScalerSpec.parse(cloud))).toEqual([]);
    expect(scalerUrls(ScalerSpec.parse({ ...cloud, apiBase: 'http://10.0.0.1/x' }))).toEqual([
      { path: 'spec.scaler.apiBase', url: 'http://10.0.0.1/x' },
    ]);
  });
});
