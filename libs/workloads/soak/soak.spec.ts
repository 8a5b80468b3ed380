import { describe, expect, it } from 'vitest';
import { seededRandom } from '#libs/load/random.js';
import { VirtualClock } from '#libs/load/virtual-clock.js';
import { BatchSource, batchSizes } from './batch-source.js';
import { FailurePause } from './failure-pause.js';
import { KeyPool } from './key-pool.js';
import { ReadSchedule } from './read-schedule.js';
import { ownOf, planSoak, poolOf } from './soak.plan.js';
import { SoakSpec } from './soak.schema.js';
import { laneIssues } from './soak-check.js';
import { createCql, replicasOf } from './soak-table.js';

const S = 1e9;

function sourceOf(change: Partial<SoakSpec> = {}, mayBegin = () => true) {
  const later: (() => void)[] = [];
  let wakes = 0;
  const spec = SoakSpec.parse(change);
  const source = new BatchSource({
    spec,
    writers: ownOf(spec.writers, { first: 0, stride: 1 }),
    random: seededRandom(1),
    mayBegin,
    soon: (callback) => later.push(callback),
    wake: () => wakes++,
  });
  return { spec, source, later, wakes: () => wakes };
}

describe('BatchSource', () => {
  it('draws sizes evenly, from the least or from the middle on', () => {
    for (const sizes of ['uniform', 'high'] as const) {
      const { source, spec } = sourceOf({ batchSizes: sizes, batchesPerCycle: 1_000_000 });
      const { from, count } = batchSizes(spec);
      expect([from, from + count - 1]).toEqual(sizes === 'high' ? [30, 50] : [10, 50]);
      const seen = new Map<number, number>();
      const all = 40_000;
      for (let each = 0; each < all && source.next(); each++) seen.set(source.size, (seen.get(source.size) ?? 0) + 1);
      expect([...seen.keys()].toSorted((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, at) => from + at));
      const expected = all / count;
      const chiSquare = [...seen.values()].reduce((sum, times) => sum + (times - expected) ** 2 / expected, 0);
      // 99.9 % of a chi-square with 40 degrees of freedom lie below 73.4.
      expect(chiSquare).toBeLessThan(73.4);
    }
  });

  it('gives every row a number of its own, to the writers by turns', () => {
    const { source, spec } = sourceOf({ writers: 3, batchMin: 2, batchMax: 9, batchSizes: 'uniform' });
    const numbers = new Set<number>();
    let rows = 0;
    for (let batch = 0; batch < 300; batch++) {
      expect(source.next()).toBe(true);
      expect(source.seed % spec.writers).toBe(batch % 3);
      rows += source.size;
      for (let row = 0; row < source.size; row++) numbers.add(source.seed + row * spec.writers);
    }
    expect(numbers.size).toBe(rows);
  });

  it('yields after a cycle of each writer, waits for a place, and ends when it is closed', () => {
    let places = 6;
    const { source, later, wakes } = sourceOf({ writers: 2, batchesPerCycle: 2 }, () => places-- > 0);
    const taken = () => [source.next(), source.next(), source.next()].filter(Boolean).length;
    expect([taken(), taken()]).toEqual([3, 1]);
    expect(source.isWaiting).toBe(true);
    expect([later.length, wakes()]).toEqual([1, 0]);
    places = 2;
    later.pop()?.();
    expect(wakes()).toBe(1);
    expect(taken()).toBe(2);
    expect([source.isWaiting, later.length]).toEqual([true, 0]);
    source.close();
    places = 100;
    expect([source.next(), source.isWaiting]).toEqual([false, false]);
  });
});

describe('FailurePause', () => {
  it('grows with failures in a row, counts those of one moment once, and begins anew after a success', () => {
    const clock = new VirtualClock();
    let wakes = 0;
    const pause = new FailurePause({
      nowNs: () => clock.nowNs(),
      wakeAt: (atNs, callback) => clock.wakeAt(atNs, callback),
      backoffNs: (failures) => 10 * 2 ** failures,
      wake: () => wakes++,
    });
    expect(pause.isOver).toBe(true);
    const waited = (written: number): number => {
      const fromNs = clock.nowNs();
      for (let batch = 0; batch < 5; batch++) pause.failed(written);
      expect(pause.isOver).toBe(false);
      while (!pause.isOver) clock.advance(clock.nowNs() + 1);
      return clock.nowNs() - fromNs;
    };
    expect([waited(0), waited(0), waited(0), waited(7), waited(7)]).toEqual([10, 20, 40, 10, 20]);
    expect(wakes).toBe(5);
  });
});

describe('KeyPool', () => {
  const drawn = (pool: KeyPool, times: number) => Array.from({ length: times }, () => pool.draw());

  it('keeps the latest keys and draws each of them', () => {
    const pool = new KeyPool(100, 'latest', seededRandom(3));
    for (let key = 0; key < 1_000; key++) pool.add(key);
    expect(pool.size).toBe(100);
    expect(new Set(drawn(pool, 5_000))).toEqual(new Set(Array.from({ length: 100 }, (_, at) => 900 + at)));
  });

  it('keeps a sample of all keys, each as likely as another', () => {
    const tenths = Array.from({ length: 10 }, () => 0);
    for (let seed = 0; seed < 50; seed++) {
      const pool = new KeyPool(100, 'sample', seededRandom(seed));
      for (let key = 0; key < 10_000; key++) pool.add(key);
      for (const key of drawn(pool, 100)) tenths[Math.floor(key / 1_000)] = (tenths[Math.floor(key / 1_000)] ?? 0) + 1;
    }
    // 5,000 draws: 500 of each tenth, and a standard deviation of about 30 with the repeats.
    for (const times of tenths) expect(Math.abs(times - 500)).toBeLessThan(150);
  });
});

describe('the plan of a soak run', () => {
  const lanesOf = (spec: SoakSpec, executors: number) => planSoak(spec, { executors }).flatMap(({ lanes }) => lanes);
  const plans = [1, 2, 3, 7].flatMap((executors) => [1, 2, 3].map((lanes) => [executors, lanes] as const));

  it.each(plans)('splits exactly over %i executors of %i lanes', (executors, lanes) => {
    const spec = SoakSpec.parse({ lanes, writers: 50, readers: 31, batchesInFlight: 129, pool: { keys: 1_001 } });
    const all = lanesOf(spec, executors);
    const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);
    expect(all.length).toBe(executors * lanes);
    expect(sum(all.map(({ threads }) => threads))).toBe(129);
    expect(sum(all.map((share) => poolOf(spec, share)))).toBe(1_001);
    const numbers = (count: number) => all.flatMap((share) => ownOf(count, share)).toSorted((a, b) => a - b);
    expect(numbers(50)).toEqual([...Array(50).keys()]);
    expect(numbers(31)).toEqual([...Array(31).keys()]);
  });

  it('lets all readers together keep the rate, each read due once', () => {
    const spec = SoakSpec.parse({ lanes: 2, writers: 6, readers: 5, readRatePerSecond: 700 });
    const due = lanesOf(spec, 3).flatMap((share) => {
      const own = ownOf(spec.readers, share);
      if (own.length === 0) return [];
      const schedule = new ReadSchedule(spec, own, seededRandom(1));
      expect(schedule.dueNs(0)).toBe(Infinity);
      schedule.open(2 * S);
      schedule.open(9 * S);
      const times: number[] = [];
      for (let index = 0, ns = 0; (ns = schedule.dueNs(index)) < 5 * S; index++) times.push(ns);
      return times;
    });
    const expected = Array.from({ length: 2_100 }, (_, read) => 2 * S + (read * S) / 700);
    expect(due.toSorted((a, b) => a - b).map(Math.round)).toEqual(expected.map(Math.round));
  });

  it('draws Poisson arrivals of a lane’s share', () => {
    const spec = SoakSpec.parse({ readers: 4, readRatePerSecond: 1_000, readArrival: 'poisson' });
    const schedule = new ReadSchedule(spec, [0, 2], seededRandom(5));
    schedule.open(0);
    let index = 0;
    while (schedule.dueNs(index) < 100 * S) index++;
    // 50,000 expected; six standard deviations.
    expect(Math.abs(index - 50_000)).toBeLessThan(6 * Math.sqrt(50_000));
  });
});

describe('SoakSpec', () => {
  const issues = (input: unknown): string[] =>
    SoakSpec.safeParse(input).error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`) ?? [];

  it('has the original’s defaults', () => {
    expect(SoakSpec.parse({})).toMatchObject({
      writers: 4,
      readers: 4,
      readRatePerSecond: 1000,
      batchMin: 10,
      batchMax: 50,
      batchSizes: 'high',
      batchesInFlight: 128,
      batchesPerCycle: 256,
      keyspace: 'demo_ks',
      table: 'demo_table',
      replication: { factor: 3 },
      consistencyLevel: 'LOCAL_QUORUM',
      scaler: { type: 'none' },
    });
    expect(SoakSpec.parse({}).durationMs).toBeUndefined();
  });

  it('refuses what does not go together', () => {
    expect(issues({ batchMin: 20, batchMax: 10 })).toEqual(['batchMax: expected at least batchMin']);
    expect(issues({ backpressure: { firstBackoffMs: 600 } })).toEqual([
      'backpressure.longestBackoffMs: expected at least firstBackoffMs',
    ]);
    expect(issues({ scaler: { type: 'none', cycles: 3 } }).join()).toMatch(/scaler.*cycles/);
    expect(issues({ readers: -1, writers: 0, verifyShare: 2, keyspace: 'a-b' }).length).toBe(4);
    expect(laneIssues(SoakSpec.parse({ writers: 3, batchesInFlight: 2, lanes: 2 }), 2)).toEqual([
      {
        path: 'spec.writers',
        message: expect.stringMatching(/^expected at least one for each of the 4 lanes.*found 3$/),
      },
      { path: 'spec.batchesInFlight', message: expect.stringMatching(/found 2$/) },
    ]);
    expect(laneIssues(SoakSpec.parse({}), 4)).toEqual([]);
    const cloud = { type: 'scylla-cloud' as const, accountId: 1, clusterId: 2 };
    expect(laneIssues(SoakSpec.parse({ scaler: { ...cloud, minNodes: 4 } }), 1).map(({ path }) => path)).toEqual([
      'spec.scaler.minNodes',
    ]);
  });
});

describe('the table of a soak run', () => {
  it('is the original’s', () => {
    const spec = SoakSpec.parse({});
    expect(createCql(spec, replicasOf(spec, 'AWS_US_EAST_1', ['other']))).toEqual([
      `CREATE KEYSPACE IF NOT EXISTS "demo_ks" WITH replication = {'class': 'NetworkTopologyStrategy', 'AWS_US_EAST_1': 3} AND durable_writes = true`,
      'CREATE TABLE IF NOT EXISTS "demo_ks"."demo_table" (id uuid PRIMARY KEY, create_time timestamp, updated_time timestamp, fname text, lname text, data_object_json text, i1 int, i2 int, i3 int, i4 int, i5 int, s1 text, s2 text, s3 text, s4 text, s5 text) WITH default_time_to_live = 0',
    ]);
  });

  it('lies in the only datacenter that there is, or where the run says', () => {
    const spec = SoakSpec.parse({ replication: { factor: 2 } });
    expect(replicasOf(spec, undefined, ['dc1', 'dc1'])).toEqual({ dc1: 2 });
    expect(() => replicasOf(spec, undefined, ['dc1', 'dc2'])).toThrow(/dc1, dc2; name one in target.localDatacenter/);
    const each = SoakSpec.parse({ replication: { datacenters: { dc1: 3, dc2: 1 } } });
    expect(replicasOf(each, undefined, ['dc1'])).toEqual({ dc1: 3, dc2: 1 });
  });
});
