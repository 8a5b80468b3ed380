import { describe, expect, it } from 'vitest';
import type { TargetShardCounts } from '#libs/contract/interval.js';
import { mergeLanes } from './merge.js';
import { anInterval, aSelf } from './sample-interval.js';
import { bucketNs, ShardMeter } from './shard-meter.js';
import { mergeTargetShards, TargetShardFold } from './target-shards.js';

const MS = 1e6;

/** What a meter says that was answered in these times. */
function seen(node: string, shard: number, timesMs: readonly number[], failed = 0): TargetShardCounts[] {
  const meter = new ShardMeter();
  for (const timeMs of timesMs) meter.answered(5 * MS, (5 + timeMs) * MS);
  for (let index = 0; index < failed; index++) meter.failed();
  const taken = meter.take(node, shard);
  return taken === undefined ? [] : [taken];
}

const steps = (count: number, stepMs: number): number[] =>
  Array.from({ length: count }, (_, index) => (index + 1) * stepMs);

describe('ShardMeter', () => {
  it('is within 3.2 % of every time, from a microsecond to half an hour', () => {
    for (let ns = 1024 * 16; ns < 2e12; ns = Math.ceil(ns * 1.37)) {
      const [taken] = seen('n', 0, [ns / MS]);
      const held = bucketNs(taken?.buckets[0] ?? 0);
      expect(Math.abs(held - ns) / ns).toBeLessThan(0.032);
    }
  });

  it('begins anew after it was asked', () => {
    const meter = new ShardMeter();
    meter.answered(0, MS);
    expect(meter.take('n', 3)).toMatchObject({ node: 'n', shard: 3, operations: 1, errors: 0, sumNs: MS, maxNs: MS });
    expect(meter.take('n', 3)).toBeUndefined();
  });
});

describe('TargetShardFold', () => {
  it('adds up lanes and intervals shard by shard: the percentiles are those of all answers', () => {
    const fold = new TargetShardFold();
    fold.add(seen('b:9042', 1, steps(500, 0.1)));
    fold.add([...seen('a:9042', 10, [7], 2), ...seen('a:9042', 2, [3])]);
    fold.add(
      seen(
        'b:9042',
        1,
        steps(500, 0.1).map((timeMs) => timeMs + 50),
      ),
    );
    const figures = fold.figures();
    expect(figures.map(({ node, shard }) => `${node} ${shard}`)).toEqual(['a:9042 2', 'a:9042 10', 'b:9042 1']);
    const [, few, many] = figures;
    expect(few).toMatchObject({ operations: 3, errors: 2, meanMs: 7, p99Ms: null, maxMs: 7 });
    expect(many).toMatchObject({ operations: 1000, errors: 0, maxMs: 100 });
    expect(many?.meanMs).toBeCloseTo(50.05, 6);
    expect(Math.abs((many?.p50Ms ?? 0) / 50 - 1)).toBeLessThan(0.035);
    expect(Math.abs((many?.p99Ms ?? 0) / 99 - 1)).toBeLessThan(0.035);
  });

  it('has no times where nothing was answered', () => {
    const fold = new TargetShardFold();
    fold.add(seen('n', 0, [], 4));
    expect(fold.figures()).toEqual([
      { node: 'n', shard: 0, operations: 4, errors: 4, meanMs: null, p50Ms: null, p99Ms: null, maxMs: null },
    ]);
  });
});

describe('mergeTargetShards', () => {
  it('gives the same whether reports are added one by one or merged before', () => {
    const reports = [seen('n', 0, steps(90, 1)), seen('n', 1, steps(30, 2), 1), seen('n', 0, steps(40, 3), 2)];
    const fold = new TargetShardFold();
    fold.add(mergeTargetShards([mergeTargetShards(reports.slice(0, 2)), undefined, reports[2]]) ?? []);
    const other = new TargetShardFold();
    for (const report of reports) other.add(report);
    expect(fold.counts()).toEqual(other.counts());
    expect(fold.counts().map(({ operations }) => operations)).toEqual([132, 31]);
  });

  it('is nothing of nothing', () => {
    expect(mergeTargetShards([undefined, undefined])).toBeUndefined();
  });

  it('joins the lanes of an executor', () => {
    const lane = (timesMs: readonly number[]) =>
      anInterval(4, { self: aSelf({ targetShards: seen('n', 0, timesMs) }) });
    const { self } = mergeLanes([lane([1, 2]), anInterval(4), lane([3])]);
    expect(self.targetShards?.map(({ operations, sumNs }) => [operations, sumNs])).toEqual([[3, 6 * MS]]);
  });
});
