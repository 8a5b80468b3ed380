import { describe, expect, it } from 'vitest';
import { maxRateOf } from './scylla-bench-check.js';
import { parseScyllaBenchCommand } from './scylla-bench-line.js';
import { seriesPeriodNs } from './scylla-bench-series.js';
import { walkOf, type KeyWalk } from './scylla-bench-walk.js';

const START_NS = 1_763_000_000_123_456_789n;

const walkFor = (line: string, worker: number): KeyWalk => {
  const { spec } = parseScyllaBenchCommand(line);
  const { scyllaBench, rate, seed } = spec;
  if (!scyllaBench) throw new Error('a line without its own part');
  return walkOf(scyllaBench, worker, {
    workers: rate.threads,
    seed,
    maxRatePerSecond: maxRateOf(spec),
    runStartNs: START_NS,
  });
};

/** One row per request, as the original's own loop takes them. */
const take = (walk: KeyWalk, count: number, elapsedNs = 0): [bigint, bigint][] => {
  const rows: [bigint, bigint][] = [];
  while (rows.length < count && !walk.isDone) {
    walk.nextPartition(elapsedNs);
    walk.nextClustering(elapsedNs);
    rows.push([walk.pk.toBigInt(), walk.ck.toBigInt()]);
  }
  return rows;
};

describe('a sequential walk', () => {
  const line = (concurrency: number) =>
    `-mode write -workload sequential -partition-count 5 -partition-offset 10 -clustering-row-count 2 -concurrency ${concurrency}`;

  it("visits scylla-bench's own rows", () => {
    const rows = [0, 1, 2].map((worker) => take(walkFor(line(3), worker), 99).join(';'));
    expect(rows).toEqual(['10,0;10,1;11,0;11,1', '12,0;12,1;13,0', '13,1;14,0;14,1']);
  });

  it.each([1, 4, 7, 10, 16])('visits every row once with %s workers', (workers) => {
    const rows = Array.from({ length: workers }, (_, worker) => take(walkFor(line(workers), worker), 99)).flat();
    expect(rows.map(String)).toEqual([10, 11, 12, 13, 14].flatMap((pk) => [`${pk},0`, `${pk},1`]));
  });

  it('starts again, and is done at once without rows', () => {
    const walk = walkFor(line(3), 1);
    const first = take(walk, 99);
    expect(walk.isDone).toBe(true);
    walk.restart();
    expect(take(walk, 99)).toEqual(first);
    const empty = walkFor(line(16), 15);
    expect(empty.isDone).toBe(true);
  });

  it('marks the end of a partition', () => {
    const walk = walkFor(line(1), 0);
    const marks = Array.from({ length: 4 }, () => {
      take(walk, 1);
      return walk.isPartitionDone;
    });
    expect(marks).toEqual([false, true, false, true]);
  });
});

describe('a uniform walk', () => {
  const line =
    '-mode read -workload uniform -duration 1s -partition-count 8 -partition-offset 100 -clustering-row-count 4';

  it('takes every row about equally often, and the same ones for the same seed', () => {
    const counts = new Map<string, number>();
    const rows = take(walkFor(line, 3), 32_000);
    for (const row of rows) counts.set(String(row), (counts.get(String(row)) ?? 0) + 1);
    expect(counts.size).toBe(32);
    // 1000 expected of each, standard deviation 31.
    expect(Math.min(...counts.values())).toBeGreaterThan(840);
    expect(Math.max(...counts.values())).toBeLessThan(1160);
    expect(rows.every(([pk, ck]) => pk >= 100n && pk < 108n && ck >= 0n && ck < 4n)).toBe(true);
    expect(take(walkFor(line, 3), 20)).toEqual(rows.slice(0, 20));
    expect(take(walkFor(line, 4), 20)).not.toEqual(rows.slice(0, 20));
  });
});

describe('a timeseries that is written', () => {
  const line =
    '-mode write -workload timeseries -duration 1s -partition-count 100 -partition-offset 7 -clustering-row-count 3 -max-rate 10000';

  /** The rows that scylla-bench's own generator gave: partition position and generation, and nanoseconds after the start. */
  const genuine = (position: number): string[] =>
    [0, 1, 2, 3].flatMap((round) =>
      [0, 16, 32, 48, 64, 80, 96].map((step) => {
        const pk = (BigInt(position + step) << 32n) + (round === 3 ? 1n : 0n);
        return `${pk},${-(START_NS + 9_600_000n * BigInt(round))}`;
      }),
    );

  it.each([0, 5])("visits scylla-bench's own rows as worker %s", (worker) => {
    const rows = take(walkFor(line, worker), 24).map(String);
    expect(rows).toEqual(genuine(7 + worker).slice(0, 24));
    expect(rows[0]).toBe(worker === 0 ? '30064771072,-1763000000123456789' : '51539607552,-1763000000123456789');
    expect(rows[23]).toBe(worker === 0 ? '167503724545,-1763000000152256789' : '188978561025,-1763000000152256789');
  });

  it('starts when the form says so', () => {
    expect(take(walkFor(`${line} -start-timestamp 12345`, 0), 1)).toEqual([[7n << 32n, -12_345n]]);
  });
});

describe('a timeseries that is read', () => {
  const rowsPerPartition = 10;
  const line = (distribution: string) =>
    `-mode read -workload timeseries -duration 1s -partition-count 4 -concurrency 2 -clustering-row-count ${rowsPerPartition} ` +
    `-write-rate 100 -start-timestamp ${START_NS} -distribution ${distribution}`;
  const periodNs = 10_000_000n;

  it('finds only rows that a writer of the same rate has written by then', () => {
    const writer = walkFor(
      `-mode write -workload timeseries -duration 1s -partition-count 4 -concurrency 2 -clustering-row-count ${rowsPerPartition} -max-rate 400`,
      1,
    );
    expect(seriesPeriodNs(4, 2, 400)).toBe(periodNs);
    // 35 rounds over the worker's two partitions.
    const written = new Set(take(writer, 70).map(String));
    for (const distribution of ['uniform', 'hnormal']) {
      const read = take(walkFor(line(distribution), 1), 2_000, 34 * Number(periodNs));
      expect(read.filter((row) => !written.has(String(row)))).toEqual([]);
      // The oldest rows are too rare under hnormal to come up here.
      if (distribution === 'uniform') expect(new Set(read.map(String)).size).toBe(70);
    }
  });

  it('prefers the newest rows with hnormal', () => {
    const newest = (distribution: string): number => {
      const rows = take(walkFor(line(distribution), 0), 4_000, 99.5 * Number(periodNs));
      return rows.filter(([pk]) => (pk & 0xffff_ffffn) >= 5n).length / rows.length;
    };
    expect(newest('uniform')).toBeCloseTo(0.5, 1);
    // Newer half: |z| < 2, which has probability 0.954.
    expect(newest('hnormal')).toBeCloseTo(0.954, 1);
    expect(newest('hnormal')).toBeGreaterThan(0.93);
  });

  it('reads the first row when nothing can be there yet', () => {
    expect(take(walkFor(line('uniform'), 0), 1, -5)).toEqual([[0n, -START_NS]]);
  });
});

const rangesOf = (rangeCount: number, workers: number): [bigint, bigint][] =>
  Array.from({ length: workers }, (_, worker) =>
    take(walkFor(`-mode scan -range-count ${rangeCount} -concurrency ${workers}`, worker), rangeCount),
  ).flat();

describe('a walk over the token ring', () => {
  it("cuts the ring as scylla-bench's own scan does", () => {
    expect(rangesOf(1, 1)).toEqual([[-(2n ** 63n), 2n ** 63n - 1n]]);
    expect(rangesOf(3, 1)).toEqual([
      [-9_223_372_036_854_775_808n, -3_074_457_345_618_258_604n],
      [-3_074_457_345_618_258_603n, 3_074_457_345_618_258_601n],
      [3_074_457_345_618_258_602n, 9_223_372_036_854_775_807n],
    ]);
  });

  it.each([
    [7, 3],
    [256, 16],
    [5, 5],
    [1_000_003, 1],
  ])('leaves no gap and no overlap with %s ranges for %s workers', (rangeCount, workers) => {
    const ranges = rangesOf(rangeCount, workers);
    expect(ranges).toHaveLength(rangeCount);
    expect(ranges[0]?.[0]).toBe(-(2n ** 63n));
    expect(ranges.at(-1)?.[1]).toBe(2n ** 63n - 1n);
    expect(ranges.slice(1).filter(([first], index) => first !== (ranges[index]?.[1] ?? 0n) + 1n)).toEqual([]);
  });
});
