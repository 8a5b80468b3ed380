import { describe, expect, it } from 'vitest';
import type { TargetShardFigures } from '#libs/contract/summary.js';
import { SHARD_LIMITS, shardFindings } from './shard-findings.js';

const NODES = ['127.0.0.1:9042', '127.0.0.2:9042'];
const SHARDS = 8;

/** Two nodes of eight shards, all alike but for what is said of some. */
function cluster(changed: (node: number, shard: number) => Partial<TargetShardFigures> = () => ({})) {
  return NODES.flatMap((node, index) =>
    Array.from({ length: SHARDS }, (_, shard): TargetShardFigures => ({
      node,
      shard,
      operations: 10_000,
      errors: 0,
      meanMs: 1,
      p50Ms: 0.9 + shard / 100,
      p99Ms: 2 + shard / 10,
      maxMs: 5,
      ...changed(index, shard),
    })),
  );
}
const only =
  (node: number, shard: number, fields: Partial<TargetShardFigures>) =>
  (n: number, s: number): Partial<TargetShardFigures> =>
    n === node && s === shard ? fields : {};

describe('shardFindings', () => {
  it('has nothing to say of shards that are alike', () => {
    expect(shardFindings(cluster())).toEqual([]);
    expect(shardFindings([])).toEqual([]);
  });

  it('names the slow shard, with its figures beside the usual ones', () => {
    expect(shardFindings(cluster(only(1, 3, { p50Ms: 21.04, p99Ms: 24 })))).toEqual([
      {
        code: 'SHARD_SLOW',
        subject: '127.0.0.2:9042 shard 3',
        message:
          'shard 3 of 127.0.0.2:9042 is slow: p50 21.0 ms (the other shards: 0.94 ms), p99 24.0 ms (the other shards: 2.40 ms); 10,000 requests',
      },
    ]);
  });

  it.each([
    ['a tail alone', { p99Ms: 9 }, ['SHARD_SLOW']],
    ['a tail that scatters', { p99Ms: 5 }, []],
    ['a median a little above', { p50Ms: 1.7 }, []],
    ['errors', { errors: 400 }, ['SHARD_FAILING']],
    ['a few errors', { errors: 40 }, []],
    ['nothing but errors', { errors: 10_000, meanMs: null, p50Ms: null, p99Ms: null }, ['SHARD_FAILING']],
    ['twice the requests', { operations: 20_000 }, ['SHARD_BUSY']],
    ['a third more requests', { operations: 13_300 }, []],
    ['too few requests to be judged', { operations: SHARD_LIMITS.fewestOperations - 1, p50Ms: 80 }, []],
  ] satisfies [string, Partial<TargetShardFigures>, string[]][])('of %s', (_, fields, codes) => {
    const findings = shardFindings(cluster(only(0, 5, fields)));
    expect(findings.map(({ code, subject }) => [code, subject])).toEqual(
      codes.map((code) => [code, '127.0.0.1:9042 shard 5']),
    );
  });

  it('compares in microseconds as in milliseconds: a shard twice as slow in next to no time is none', () => {
    const fast = cluster((_, shard) => ({ p50Ms: shard === 2 ? 0.2 : 0.05, p99Ms: shard === 2 ? 0.9 : 0.1 }));
    expect(shardFindings(fast)).toEqual([]);
  });

  it('says nothing of what all shards do', () => {
    expect(shardFindings(cluster(() => ({ p50Ms: 900, p99Ms: 2000, errors: 5000 })))).toEqual([]);
  });

  it('names the worst five and counts the rest', () => {
    const findings = shardFindings(
      cluster((node, shard) => (node === 0 && shard !== 0 ? { p50Ms: 40 + shard, p99Ms: 90 + shard } : {})),
    );
    expect(findings.map(({ subject }) => subject)).toEqual([
      ...[7, 6, 5, 4, 3].map((shard) => `127.0.0.1:9042 shard ${shard}`),
      '2 more shards',
    ]);
    expect(findings.at(-1)?.message).toBe('the same is true of 2 more shards, of 127.0.0.1:9042');
  });
});
