import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { IntervalSnapshot } from '#libs/contract/interval.js';
import { Histogram } from '#libs/stats/histogram.js';
import { addCounters } from '#libs/stats/merge.js';
import { aSelf, anOperation, encoded } from '#libs/stats/sample-interval.js';
import type { Claim, NewRun, Store, StoredInterval } from './port.js';

const LENGTH = 125;

/** A shard's second with latencies, errors and spending that differ from second to second. */
const second = (interval: number, startedMs: number): IntervalSnapshot => {
  const latencies = Array.from({ length: 20 }, (_, index) => 1 + ((interval * 7 + index * 13) % 50));
  return {
    interval,
    startMs: startedMs + interval * 1000,
    lengthMs: interval === LENGTH - 1 ? 400 : 1000,
    partial: interval === LENGTH - 1,
    operations: {
      READ: anOperation(latencies, {
        completed: 21,
        failed: 1,
        errors: { readTimeout: 1 },
        failedSt: encoded([interval]),
      }),
      // An operation that is silent at times.
      ...(interval % 3 === 0 && { WRITE: anOperation(latencies, { rt: encoded(latencies), wt: encoded([0.5]) }) }),
    },
    self: aSelf({
      cpuUs: 10 + interval,
      rssBytes: interval,
      bytesSent: 3,
      reading: { rowsRead: 2, files: 1, queueDepth: interval },
    }),
  };
};

/** Everything that must be the same before and after. */
function totals(intervals: readonly StoredInterval[]) {
  const names = [...new Set(intervals.flatMap((one) => Object.keys(one.operations)))].toSorted((a, b) =>
    a < b ? -1 : 1,
  );
  const operations = names.map((name) => {
    const all = intervals.flatMap((one) => one.operations[name] ?? []);
    const merged = (['st', 'rt', 'wt', 'failedSt'] as const).map((clock) =>
      Histogram.merged(all.map((one) => one[clock])).buckets(),
    );
    return { name, counters: addCounters(all), merged };
  });
  const sum = (value: (one: StoredInterval) => number) => intervals.reduce((total, one) => total + value(one), 0);
  return {
    operations,
    lengthMs: sum((one) => one.lengthMs),
    cpuUs: sum((one) => one.self.cpuUs),
    bytesSent: sum((one) => one.self.bytesSent),
    rowsRead: sum((one) => one.self.reading?.rowsRead ?? 0),
    startMs: Math.min(...intervals.map((one) => one.startMs)),
    rssBytes: Math.max(...intervals.map((one) => one.self.rssBytes)),
    shards: [...new Set(intervals.map((one) => `${one.shardIndex}:${one.executorId}`))].toSorted((a, b) =>
      a < b ? -1 : 1,
    ),
  };
}

/** What every database has to do to make old intervals coarser. `newRun` has two shards and an interval of a second. */
export function describeRollUps(
  name: string,
  open: () => Promise<{ store: Store; close: () => Promise<void> }>,
  newRun: (id: string) => NewRun,
): void {
  describe(name, () => {
    let store: Store;
    let close: () => Promise<void>;
    let startedMs = 0;

    beforeEach(async () => {
      ({ store, close } = await open());
      const run = newRun('r');
      startedMs = run.createdAtMs + 1_000;
      await store.runs.create(run);
      const claims: Claim[] = [];
      for (const id of ['a', 'b'])
        await store.shards.register({ id, labels: {}, hostname: 'h', pid: 1, cores: 2 }, run.createdAtMs);
      for (const id of ['a', 'b']) {
        const claim = await store.shards.claim(id, run.createdAtMs, 600_000);
        if (claim !== null) claims.push(claim);
      }
      expect(claims).toHaveLength(2);
      for (const claim of claims) if (claim.leads) await store.shards.prepared(claim, startedMs);
      for (const claim of claims) await store.shards.ready(claim, startedMs, 0);
      for (const claim of claims) await store.shards.started(claim, startedMs);
      for (const [index, claim] of claims.entries()) {
        // The second shard begins later and has a gap.
        const seconds = Array.from({ length: LENGTH }, (_, interval) => interval).filter(
          (interval) => index === 0 || (interval >= 3 && interval !== 37),
        );
        const executor = index === 0 ? 'a' : 'b';
        await store.intervals.append(
          claim,
          executor,
          seconds.map((interval) => second(interval, startedMs)),
        );
      }
    });
    afterEach(() => close());

    const end = async (withSummary: boolean) => {
      await store.runs.requestCancel('r', 'user', 'done', startedMs + 1);
      await store.runs.transition('r', { to: 'cancelled', actor: 'user', reason: 'done', atMs: startedMs + 2 });
      // Only that there is one matters here.
      if (withSummary) await store.runs.saveSummary('r', JSON.parse('{"verdict":"none"}'));
    };

    it('loses nothing but the resolution: sums and merged histograms are the same, twice over', async () => {
      await end(true);
      const before = totals(await store.intervals.read('r'));
      expect(await store.rollUps.rollUp('r', 10_000)).toEqual({ before: 2 * LENGTH - 4, after: 26 });
      const ten = await store.intervals.read('r');
      expect(totals(ten)).toEqual(before);
      expect(ten.map(({ interval }) => interval).slice(0, 6)).toEqual([0, 0, 10, 10, 20, 20]);
      expect(ten[2]).toMatchObject({ lengthMs: 10_000, partial: false });
      // Gaps stay gaps: nine seconds were measured of the ten.
      expect(ten.find((one) => one.shardIndex === 1 && one.interval === 30)).toMatchObject({ lengthMs: 9_000 });
      expect(ten.at(-1)).toMatchObject({ interval: 120, lengthMs: 4_400, partial: true });

      expect(await store.rollUps.rollUp('r', 10_000)).toEqual({ before: 26, after: 26 });
      expect(await store.intervals.read('r')).toEqual(ten);

      expect(await store.rollUps.rollUp('r', 60_000)).toEqual({ before: 26, after: 6 });
      const sixty = await store.intervals.read('r');
      expect(totals(sixty)).toEqual(before);
      expect(sixty.map(({ interval }) => interval)).toEqual([0, 0, 60, 60, 120, 120]);
    });

    it('is due when the run has ended for long and has its summary, once for each resolution', async () => {
      const late = startedMs + 100_000;
      expect(await store.rollUps.due(10_000, late, 10)).toEqual([]);
      await end(false);
      expect(await store.rollUps.due(10_000, late, 10)).toEqual([]);
      await end(true);
      expect(await store.rollUps.due(10_000, startedMs, 10)).toEqual([]);
      expect(await store.rollUps.due(10_000, late, 10)).toEqual(['r']);
      await store.rollUps.rollUp('r', 10_000);
      expect(await store.rollUps.due(10_000, late, 10)).toEqual([]);
      expect(await store.rollUps.due(60_000, late, 10)).toEqual(['r']);
    });

    it('is done by one of several processes, until its lease has run out', async () => {
      const take = (holder: string, atMs: number) => store.jobLeases.take('roll-up', holder, atMs, 1_000);
      const [one, two] = await Promise.all([take('one', 0), take('two', 0)]);
      // Which of them was first is the database's to say.
      expect(one).not.toBe(two);
      const [holder, other] = one ? (['one', 'two'] as const) : (['two', 'one'] as const);
      expect(await take(holder, 900)).toBe(true);
      expect(await take(other, 1_899)).toBe(false);
      expect(await take(other, 1_901)).toBe(true);
      expect(await take(holder, 1_902)).toBe(false);
      expect(await store.jobLeases.take('other', holder, 1_902, 1_000)).toBe(true);
    });
  });
}
